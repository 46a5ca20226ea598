//! The notifications' driven adapters: [`SqlNotificationQueue`] on PostgreSQL and SQLite, [`SmtpNotifier`] behind the circuit breaker of
//! [`GuardedNotifier`], and [`LogNotifier`] for a machine without a mail server.
//!
//! It may depend on `library-notification-domain` and `library-shared-infra`; of the schema it knows the table `notifications`
//! alone.

mod guarded_notifier;
mod log_notifier;
mod row;
mod schema;
mod smtp_notifier;
mod sql_queue;

pub use guarded_notifier::GuardedNotifier;
pub use log_notifier::{LogNotifier, PRINTED_MAIL_TARGET};
pub use smtp_notifier::{InvalidSmtpSettings, SmtpNotifier, SmtpSettings};
pub use sql_queue::SqlNotificationQueue;
