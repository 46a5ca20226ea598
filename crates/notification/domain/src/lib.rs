//! Messages to members: what one is, and the ports that queue, compose and send them.
//!
//! - [`Notification`]: subject and body, with no channel in it; [`Recipient`]: whom it goes to; [`Message`]: both;
//! - [`NotificationQueue`]: the port that keeps what is to be sent, as a [`NotificationKind`] and a member's id: nothing personal
//!   and no token lies in the queue;
//! - [`Composer`]: the port that makes the message when it is time, implemented by the context that knows;
//! - [`Notifier`]: the port that sends it; [`RetryPolicy`]: when to try again, and when to give up.
//!
//! It may depend on `library-shared-domain` alone.

mod composer;
mod notification;
mod notifier;
mod queue;
mod retry;

pub use composer::Composer;
pub use notification::{Body, Message, Notification, Recipient, Subject};
pub use notifier::{DeliveryError, Notifier};
pub use queue::{
    Claim, ClaimedNotification, EnqueueError, InvalidNotificationKind, NotificationKind, NotificationQueue, QueueBacklog,
    QueuedNotification, QueuedState,
};
pub use retry::{NextStep, RetryPolicy};
