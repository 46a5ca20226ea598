//! Delivering what is queued, one use case a file: [`DeliverNotifications`], and for operators [`ListNotifications`],
//! [`MeasureBacklog`] and [`RetryNotifications`].
//!
//! It may depend on domains alone: who composes a message and which channel sends it is behind ports.

mod deliver_notifications;
mod list_notifications;
mod measure_backlog;
mod retry_notifications;

pub use deliver_notifications::{DeliverNotifications, Delivery};
pub use list_notifications::ListNotifications;
pub use measure_backlog::{Backlog, MeasureBacklog};
pub use retry_notifications::RetryNotifications;
