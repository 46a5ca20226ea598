use library_notification_domain::{ClaimedNotification, Composer, NextStep, NotificationQueue, Notifier, RetryPolicy};
use library_shared_domain::{Clock, DependencyError, error_chain};
use std::sync::Arc;
use time::Duration;

/// For how long a worker holds a notification before another may take it: longer than sending one may take.
const LEASE: Duration = Duration::minutes(1);

/// Sends what is queued.
pub struct DeliverNotifications {
    queue: Arc<dyn NotificationQueue>,
    composer: Arc<dyn Composer>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
}

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing was due.
    NothingDue,
    /// The channel takes nothing at the moment, so nothing was looked at.
    NotReady,
    /// It was sent.
    Sent,
    /// There was nothing to say any more.
    Dropped,
    /// It will be tried again.
    Postponed,
    /// It was given up and kept as failed.
    GivenUp,
}

impl DeliverNotifications {
    /// The use case on these ports.
    pub fn new(
        queue: Arc<dyn NotificationQueue>,
        composer: Arc<dyn Composer>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        policy: RetryPolicy,
    ) -> Self {
        Self { queue, composer, notifier, clock, policy }
    }

    /// Takes the notification that has been due for longest and delivers it. It takes one at a time, so that a worker can stop
    /// between two.
    ///
    /// # Errors
    /// Where the queue is away. A notification that was claimed by then is due again when its lease has run out.
    pub async fn execute(&self) -> Result<Delivery, DependencyError> {
        if !self.notifier.is_ready().await {
            return Ok(Delivery::NotReady);
        }
        let claimed = self.queue.claim(1, self.clock.now(), LEASE).await?;
        match claimed.first() {
            None => Ok(Delivery::NothingDue),
            Some(notification) => self.deliver(notification).await,
        }
    }

    // The span begins here: an empty queue is looked at twice a second, which is no news.
    #[tracing::instrument(name = "deliver_notification", skip_all)]
    async fn deliver(&self, notification: &ClaimedNotification) -> Result<Delivery, DependencyError> {
        // An attempt that nobody put off is one whose worker died; one that every worker dies over must come to an end, too.
        if notification.attempt > self.policy.attempts {
            return self.put_off(notification, "no attempt came to its end").await;
        }
        let message = match self.composer.compose(notification.kind, notification.member_id).await {
            Ok(Some(message)) => message,
            Ok(None) => {
                self.queue.complete(notification.claim).await?;
                return Ok(Delivery::Dropped);
            }
            Err(error) => {
                tracing::warn!(error = error_chain(&error), "notification_not_composed");
                return self.put_off(notification, &format!("it could not be composed: {error}")).await;
            }
        };
        match self.notifier.send(notification.claim.id, &message).await {
            Ok(()) => {
                self.queue.complete(notification.claim).await?;
                Ok(Delivery::Sent)
            }
            Err(error) => self.put_off(notification, &error.to_string()).await,
        }
    }

    async fn put_off(&self, notification: &ClaimedNotification, reason: &str) -> Result<Delivery, DependencyError> {
        let now = self.clock.now();
        let (id, attempt) = (notification.claim.id, notification.attempt);
        match self.policy.after(attempt, now) {
            NextStep::TryAgainAt(at) => {
                tracing::warn!(notification_id = %id, attempt, reason, "notification_postponed");
                self.queue.postpone(notification.claim, at, reason).await?;
                Ok(Delivery::Postponed)
            }
            NextStep::GiveUp => {
                tracing::error!(notification_id = %id, attempt, reason, "notification_failed");
                self.queue.fail(notification.claim, now, reason).await?;
                Ok(Delivery::GivenUp)
            }
        }
    }
}

#[cfg(test)]
mod tests;
