use crate::metrics::DeliveryMetrics;
use library_auth_app::RemoveExpiredSessions;
use library_notification_app::{DeliverNotifications, Delivery};
use library_shared_app::RemoveExpiredClaims;
use library_shared_domain::{DependencyError, error_chain};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often the queue is looked at while nothing is due, and how long to wait after it could not be looked at.
const QUEUE_INTERVAL: Duration = Duration::from_millis(500);
const QUEUE_PAUSE: Duration = Duration::from_secs(5);

/// How often expired sessions and expired claims of idempotency keys are removed.
const SWEEP_INTERVAL: Duration = Duration::from_hours(1);

/// Delivers notifications, and counts what becomes of them, until it is told to stop; it stops between two.
pub async fn deliver_notifications(use_case: Arc<DeliverNotifications>, metrics: DeliveryMetrics, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match use_case.execute().await {
            Ok(Delivery::NothingDue | Delivery::NotReady) => QUEUE_INTERVAL,
            Ok(delivery @ (Delivery::Sent | Delivery::Dropped | Delivery::Postponed | Delivery::GivenUp)) => {
                metrics.count(delivery);
                continue;
            }
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
        note_removed("sessions", use_case.execute().await);
        sleep_unless(&stop, SWEEP_INTERVAL).await;
    }
}

/// Removes what is kept of commands whose keys are free again, now and then until it is told to stop.
pub async fn remove_expired_claims(use_case: Arc<RemoveExpiredClaims>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        note_removed("idempotency_claims", use_case.execute().await);
        sleep_unless(&stop, SWEEP_INTERVAL).await;
    }
}

fn note_removed(what: &'static str, outcome: Result<usize, DependencyError>) {
    match outcome {
        Ok(0) => {}
        Ok(count) => tracing::info!(what, count, "expired_removed"),
        Err(error) => tracing::warn!(what, error = error_chain(&error), "expired_not_removed"),
    }
}

async fn sleep_unless(stop: &CancellationToken, pause: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}
