use library_notification_domain::NotificationQueue;
use library_shared_domain::{Clock, DependencyError};
use std::sync::Arc;
use time::Duration;

/// Tells an operator how much is in the queue.
pub struct MeasureBacklog {
    queue: Arc<dyn NotificationQueue>,
    clock: Arc<dyn Clock>,
}

/// How much is in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How many wait to be sent, those that a worker holds included.
    pub waiting: u64,
    /// How many of these are due.
    pub due: u64,
    /// For how long the one has been due that has been for longest; zero where none is.
    pub oldest_due_age: Duration,
    /// How many were given up.
    pub failed: u64,
}

impl MeasureBacklog {
    /// The use case on these ports.
    pub fn new(queue: Arc<dyn NotificationQueue>, clock: Arc<dyn Clock>) -> Self {
        Self { queue, clock }
    }

    /// How much is in the queue now.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "measure_backlog", skip_all)]
    pub async fn execute(&self) -> Result<Backlog, DependencyError> {
        let now = self.clock.now();
        let found = self.queue.backlog(now).await?;
        let oldest_due_age = found.oldest_due_since.map_or(Duration::ZERO, |since| now - since);
        Ok(Backlog { waiting: found.waiting, due: found.due, oldest_due_age, failed: found.failed })
    }
}

#[cfg(test)]
mod tests {
    use super::{Backlog, MeasureBacklog};
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, a_member, now};
    use std::sync::Arc;
    use time::Duration;

    fn measure_backlog(library: &InMemoryLibrary) -> MeasureBacklog {
        MeasureBacklog::new(library.notifications(), Arc::new(ManualClock::at(now())))
    }

    #[tokio::test]
    async fn an_empty_queue_has_no_backlog() {
        let nothing = Backlog { waiting: 0, due: 0, oldest_due_age: Duration::ZERO, failed: 0 };
        assert_eq!(measure_backlog(&InMemoryLibrary::new()).execute().await.expect("measured"), nothing);
    }

    #[tokio::test]
    async fn the_age_is_that_of_what_has_been_due_for_longest() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        for due_at in [now() - Duration::SECOND, now() - Duration::MINUTE, now() + Duration::HOUR] {
            let member_id = seen.given_member(a_member()).await.id();
            seen.given_notification(member_id, due_at).await;
        }
        let expected = Backlog { waiting: 3, due: 2, oldest_due_age: Duration::MINUTE, failed: 0 };
        assert_eq!(measure_backlog(&library).execute().await.expect("measured"), expected);
    }

    #[tokio::test]
    async fn a_failing_queue_is_not_taken_for_an_empty_one() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Notifications);
        let error = measure_backlog(&library).execute().await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
