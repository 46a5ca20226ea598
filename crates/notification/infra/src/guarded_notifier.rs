use async_trait::async_trait;
use library_notification_domain::{DeliveryError, Message, Notifier};
use library_shared_domain::NotificationId;
use library_shared_infra::{BreakerPolicy, BreakerState, CircuitBreaker};
use std::{sync::Arc, time::Duration};

/// When five mails in a row could not be handed over, the queue is left alone, and the server is asked whether it is back: soon, and then
/// once a minute. A server that refuses a mail is there, so that does not count.
const BREAKER: BreakerPolicy = BreakerPolicy { failures: 5, shortest: Duration::from_secs(1), longest: Duration::from_mins(1) };

/// A notifier behind a circuit breaker: while its channel is away, it takes nothing, and so nothing loses an attempt.
pub struct GuardedNotifier {
    notifier: Arc<dyn Notifier>,
    breaker: CircuitBreaker,
}

impl GuardedNotifier {
    /// This notifier behind a breaker of its own.
    pub fn new(notifier: Arc<dyn Notifier>) -> Self {
        Self { notifier, breaker: CircuitBreaker::new("smtp", BREAKER) }
    }

    /// What decides whether the channel is tried at all.
    #[must_use]
    pub fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }
}

#[async_trait]
impl Notifier for GuardedNotifier {
    /// Asks the channel itself where it has failed before, so that no message is what finds out whether it is back.
    async fn is_ready(&self) -> bool {
        if self.breaker.state() == BreakerState::Closed {
            return true;
        }
        let Some(permit) = self.breaker.admit() else { return false };
        let is_back = self.notifier.is_ready().await;
        permit.ended(is_back);
        is_back
    }

    async fn send(&self, id: NotificationId, message: &Message) -> Result<(), DeliveryError> {
        let Some(permit) = self.breaker.admit() else {
            return Err(DeliveryError::Unavailable { reason: "the circuit breaker is open".to_owned() });
        };
        let outcome = self.notifier.send(id, message).await;
        permit.ended(!matches!(outcome, Err(DeliveryError::Unavailable { .. })));
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::GuardedNotifier;
    use library_notification_domain::{DeliveryError, Notifier};
    use library_shared_domain::NotificationId;
    use library_shared_infra::BreakerState;
    use library_testkit::{RecordingNotifier, a_message, unique_id};
    use rstest::rstest;
    use std::{sync::Arc, time::Duration};

    fn away() -> DeliveryError {
        DeliveryError::Unavailable { reason: "away".to_owned() }
    }

    async fn send(notifier: &GuardedNotifier) -> Result<(), DeliveryError> {
        notifier.send(NotificationId::from_uuid(unique_id()), &a_message()).await
    }

    #[tokio::test]
    async fn a_channel_that_is_away_is_left_alone_until_it_may_be_back() {
        let channel = Arc::new(RecordingNotifier::new());
        let notifier = GuardedNotifier::new(channel.clone());
        for _ in 0..5 {
            assert!(notifier.is_ready().await);
            channel.fail_next(away());
            assert_eq!(send(&notifier).await, Err(away()));
        }
        assert_eq!((notifier.is_ready().await, notifier.breaker().state()), (false, BreakerState::Open));
        assert!(matches!(send(&notifier).await, Err(DeliveryError::Unavailable { .. })));
        assert!(channel.sent().is_empty());
        while !notifier.is_ready().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(notifier.breaker().state(), BreakerState::Closed);
        send(&notifier).await.expect("it is back");
        assert_eq!(channel.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_channel_that_is_still_away_is_asked_and_given_no_message() {
        let channel = Arc::new(RecordingNotifier::new());
        let notifier = GuardedNotifier::new(channel.clone());
        for _ in 0..5 {
            channel.fail_next(away());
            assert_eq!(send(&notifier).await, Err(away()));
        }
        channel.be_ready(false);
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        assert_eq!((notifier.is_ready().await, notifier.breaker().state()), (false, BreakerState::Open));
        assert!(channel.sent().is_empty());
    }

    #[rstest]
    #[case::for_good(DeliveryError::Rejected { reason: "no such mailbox".to_owned() })]
    #[case::for_now(DeliveryError::Deferred { reason: "greylisted".to_owned() })]
    #[tokio::test]
    async fn a_channel_that_refuses_messages_is_there(#[case] refusal: DeliveryError) {
        let channel = Arc::new(RecordingNotifier::new());
        let notifier = GuardedNotifier::new(channel.clone());
        for _ in 0..20 {
            channel.fail_next(refusal.clone());
            assert_eq!(send(&notifier).await, Err(refusal.clone()));
        }
        assert_eq!((notifier.is_ready().await, notifier.breaker().state()), (true, BreakerState::Closed));
    }
}
