use library_auth_app::RemoveExpiredSessions;
use library_notification_app::{DeliverNotifications, Delivery};
use library_shared_domain::error_chain;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often the queue is looked at while nothing is due, and how long to wait after it could not be looked at.
const QUEUE_INTERVAL: Duration = Duration::from_millis(500);
const QUEUE_PAUSE: Duration = Duration::from_secs(5);

/// How often expired sessions are removed.
const SESSIONS_INTERVAL: Duration = Duration::from_hours(1);

/// Delivers notifications until it is told to stop; it stops between two.
pub async fn deliver_notifications(use_case: Arc<DeliverNotifications>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match use_case.execute().await {
            Ok(Delivery::NothingDue) => QUEUE_INTERVAL,
            Ok(Delivery::Sent | Delivery::Dropped | Delivery::Postponed | Delivery::GivenUp) => continue,
            Err(error) => {
                tracing::warn!(error = error_chain(&error), "notification_queue_failed");
                QUEUE_PAUSE
            }
        };
        sleep_unless(&stop, pause).await;
    }
}

/// Removes expired sessions now and then until it is told to stop.
pub async fn remove_expired_sessions(use_case: Arc<RemoveExpiredSessions>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match use_case.execute().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "expired_sessions_removed"),
            Err(error) => tracing::warn!(error = error_chain(&error), "expired_sessions_failed"),
        }
        sleep_unless(&stop, SESSIONS_INTERVAL).await;
    }
}

async fn sleep_unless(stop: &CancellationToken, pause: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}
