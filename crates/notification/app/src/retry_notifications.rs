use library_notification_domain::NotificationQueue;
use library_shared_domain::{Clock, DependencyError, NotificationId};
use std::sync::Arc;

/// Has failed notifications sent after all.
pub struct RetryNotifications {
    queue: Arc<dyn NotificationQueue>,
    clock: Arc<dyn Clock>,
}

impl RetryNotifications {
    /// The use case on these ports.
    pub fn new(queue: Arc<dyn NotificationQueue>, clock: Arc<dyn Clock>) -> Self {
        Self { queue, clock }
    }

    /// Makes the failed notification of this id wait to be sent again, or all of them, and answers with how many they were.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "retry_notifications", skip_all)]
    pub async fn execute(&self, id: Option<NotificationId>) -> Result<usize, DependencyError> {
        self.queue.retry_failed(id, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::RetryNotifications;
    use library_notification_domain::{QueuedNotification, QueuedState};
    use library_shared_domain::{DependencyError, NotificationId};
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, a_member, now, unique_id};
    use std::sync::Arc;
    use time::{Duration, OffsetDateTime};

    fn later() -> OffsetDateTime {
        now() + Duration::DAY
    }

    fn retry_notifications(library: &InMemoryLibrary) -> RetryNotifications {
        RetryNotifications::new(library.notifications(), Arc::new(ManualClock::at(later())))
    }

    /// A notification that has been given up.
    async fn a_failed_one(library: &InMemoryLibrary) -> NotificationId {
        let seen = Repositories::from(library);
        let member_id = seen.given_member(a_member()).await.id();
        let id = seen.given_notification(member_id, now()).await;
        let claimed = seen.notifications.claim(1, now(), Duration::MINUTE).await.expect("claimed");
        assert_eq!(claimed[0].claim.id, id);
        seen.notifications.fail(claimed[0].claim, now(), "no such mailbox").await.expect("failed");
        id
    }

    async fn stored(library: &InMemoryLibrary, id: NotificationId) -> QueuedNotification {
        let queue = library.notifications().list(10).await.expect("listed");
        queue.into_iter().find(|queued| queued.id == id).expect("it is in the queue")
    }

    #[tokio::test]
    async fn all_that_failed_are_due_at_once_with_all_their_attempts_before_them() {
        let library = InMemoryLibrary::new();
        let failed = [a_failed_one(&library).await, a_failed_one(&library).await];
        assert_eq!(retry_notifications(&library).execute(None).await.expect("retried"), 2);
        for id in failed {
            let queued = stored(&library, id).await;
            assert_eq!((queued.attempts, queued.state), (0, QueuedState::Waiting { until: later() }));
        }
        assert_eq!(retry_notifications(&library).execute(None).await.expect("retried"), 0);
    }

    #[tokio::test]
    async fn one_that_failed_is_retried_alone() {
        let library = InMemoryLibrary::new();
        let (one, other) = (a_failed_one(&library).await, a_failed_one(&library).await);
        assert_eq!(retry_notifications(&library).execute(Some(one)).await.expect("retried"), 1);
        assert_eq!(stored(&library, one).await.state, QueuedState::Waiting { until: later() });
        assert_eq!(stored(&library, other).await.state, QueuedState::Failed { at: now() });
    }

    #[tokio::test]
    async fn what_has_not_failed_or_is_not_there_is_not_retried() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let member_id = seen.given_member(a_member()).await.id();
        let waiting = seen.given_notification(member_id, now()).await;
        let missing = NotificationId::from_uuid(unique_id());
        for id in [Some(waiting), Some(missing), None] {
            assert_eq!(retry_notifications(&library).execute(id).await.expect("nothing to do"), 0);
        }
        assert_eq!(stored(&library, waiting).await.state, QueuedState::Waiting { until: now() });
    }

    #[tokio::test]
    async fn a_failing_queue_is_told_of_and_retries_nothing() {
        let library = InMemoryLibrary::new();
        let id = a_failed_one(&library).await;
        library.fail_next(Port::Notifications);
        let error = retry_notifications(&library).execute(None).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
        assert_eq!(stored(&library, id).await.state, QueuedState::Failed { at: now() });
    }
}
