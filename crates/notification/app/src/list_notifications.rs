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
    pub async fn execute(&self) -> Result<Vec<QueuedNotification>, DependencyError> {
        self.queue.list(LIMIT).await
    }
}
