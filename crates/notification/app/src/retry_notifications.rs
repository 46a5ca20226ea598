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
    pub async fn execute(&self, id: Option<NotificationId>) -> Result<usize, DependencyError> {
        self.queue.retry_failed(id, self.clock.now()).await
    }
}
