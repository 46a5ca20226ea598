use library_notification_domain::{NotificationQueue, QueuedNotification};
use library_shared_domain::DependencyError;
use std::sync::Arc;

/// The most notifications that are shown at once.
const LIMIT: usize = 200;

/// Shows an operator what waits to be sent and what has failed.
pub struct ListNotifications {
    queue: Arc<dyn NotificationQueue>,
}

impl ListNotifications {
    /// The use case on this port.
    pub fn new(queue: Arc<dyn NotificationQueue>) -> Self {
        Self { queue }
    }

    /// The oldest notifications of the queue, two hundred at most.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "list_notifications", skip_all)]
    pub async fn execute(&self) -> Result<Vec<QueuedNotification>, DependencyError> {
        self.queue.list(LIMIT).await
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, ListNotifications};
    use library_notification_domain::{NotificationKind, QueuedNotification, QueuedState};
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_member, now};
    use time::Duration;

    fn list_notifications(library: &InMemoryLibrary) -> ListNotifications {
        ListNotifications::new(library.notifications())
    }

    #[tokio::test]
    async fn what_waits_and_what_has_failed_is_shown_the_oldest_first() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let member_id = seen.given_member(a_member()).await.id();
        let failed = seen.given_notification(member_id, now()).await;
        let claimed = seen.notifications.claim(1, now(), Duration::MINUTE).await.expect("claimed");
        seen.notifications.fail(claimed[0].claim, now(), "no such mailbox").await.expect("failed");
        let waiting = seen.given_notification(member_id, now() + Duration::SECOND).await;

        let failed = QueuedNotification {
            id: failed,
            kind: NotificationKind::Verification,
            member_id,
            queued_at: now(),
            attempts: 1,
            last_error: Some("no such mailbox".to_owned()),
            state: QueuedState::Failed { at: now() },
        };
        let queued_at = now() + Duration::SECOND;
        let state = QueuedState::Waiting { until: queued_at };
        let waiting = QueuedNotification { id: waiting, queued_at, attempts: 0, last_error: None, state, ..failed.clone() };
        assert_eq!(list_notifications(&library).execute().await.expect("listed"), [failed, waiting]);
    }

    #[tokio::test]
    async fn two_hundred_are_shown_at_most() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        for _ in 0..=LIMIT {
            let member_id = seen.given_member(a_member()).await.id();
            seen.given_notification(member_id, now()).await;
        }
        assert_eq!(list_notifications(&library).execute().await.expect("listed").len(), 200);
    }

    #[tokio::test]
    async fn a_failing_queue_is_not_taken_for_an_empty_one() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Notifications);
        let error = list_notifications(&library).execute().await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
