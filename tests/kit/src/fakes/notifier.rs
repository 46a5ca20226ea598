use crate::locked::locked;
use async_trait::async_trait;
use library_notification_domain::{DeliveryError, Message, Notifier};
use library_shared_domain::NotificationId;
use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// A notifier that keeps what it was given to send, and fails as a test has told it to.
#[derive(Debug, Default)]
pub struct RecordingNotifier {
    sent: Mutex<Vec<(NotificationId, Message)>>,
    failures: Mutex<VecDeque<DeliveryError>>,
    is_away: AtomicBool,
}

impl RecordingNotifier {
    /// A notifier that sends everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes one call fail with this error: the next one that no failure has been asked for yet.
    pub fn fail_next(&self, error: DeliveryError) {
        locked(&self.failures).push_back(error);
    }

    /// Says from now on that it takes nothing, or that it does again.
    pub fn be_ready(&self, is_ready: bool) {
        self.is_away.store(!is_ready, Ordering::SeqCst);
    }

    /// What was sent, in the order in which it was sent; failed calls sent nothing.
    #[must_use]
    pub fn sent(&self) -> Vec<(NotificationId, Message)> {
        locked(&self.sent).clone()
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    async fn is_ready(&self) -> bool {
        !self.is_away.load(Ordering::SeqCst)
    }

    async fn send(&self, id: NotificationId, message: &Message) -> Result<(), DeliveryError> {
        if let Some(error) = locked(&self.failures).pop_front() {
            return Err(error);
        }
        locked(&self.sent).push((id, message.clone()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::RecordingNotifier;
    use crate::builders::{a_message, unique_id};
    use library_notification_domain::{DeliveryError, Notifier};
    use library_shared_domain::NotificationId;

    #[tokio::test]
    async fn it_fails_as_told_and_keeps_what_it_sent() {
        let (notifier, id, message) = (RecordingNotifier::new(), NotificationId::from_uuid(unique_id()), a_message());
        let error = DeliveryError::Rejected { reason: "no such mailbox".to_owned() };
        notifier.fail_next(error.clone());

        assert_eq!(notifier.send(id, &message).await, Err(error));
        assert_eq!(notifier.sent(), []);
        assert_eq!(notifier.send(id, &message).await, Ok(()));
        assert_eq!(notifier.sent(), [(id, message)]);
    }
}
