use crate::Message;
use async_trait::async_trait;
use library_shared_domain::NotificationId;

/// The port that sends a message over its channel.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Whether the channel takes messages, as far as is known or can be asked. While it does not, a worker leaves the queue alone, so
    /// that no notification loses an attempt.
    async fn is_ready(&self) -> bool;

    /// Sends a message. The id is that of the queued notification: whoever sends the same one twice marks both alike, so that
    /// the recipient's side can recognise a repeat.
    ///
    /// # Errors
    /// Where the channel did not take responsibility for the message.
    async fn send(&self, id: NotificationId, message: &Message) -> Result<(), DeliveryError>;
}

/// Why a message was not sent. It holds nothing personal: it is logged, and kept with the queued notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The channel is away or too slow: it would take no other message either.
    #[error("the channel is unavailable: {reason}")]
    Unavailable {
        /// What happened, without anything personal.
        reason: String,
    },
    /// The channel is there, and refuses this message for now.
    #[error("the message was deferred: {reason}")]
    Deferred {
        /// What happened, without anything personal.
        reason: String,
    },
    /// The channel refuses this message.
    #[error("the message was rejected: {reason}")]
    Rejected {
        /// What happened, without anything personal.
        reason: String,
    },
}
