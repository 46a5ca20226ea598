use super::encode::Label;
use crate::health::{Checked, Health};
use library_notification_app::Backlog;
use prometheus_client::{
    metrics::{
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::Registry,
};
use std::sync::atomic::AtomicU64;

/// Registers what the checks have just found.
pub fn register(registry: &mut Registry, health: &Health) {
    let (up, duration) = (Family::<Label, Gauge>::default(), Family::<Label, Gauge<f64, AtomicU64>>::default());
    let note = |check: &'static str, is_up: bool, seconds: f64| {
        up.get_or_create(&[("check", check)]).set(is_up.into());
        duration.get_or_create(&[("check", check)]).set(seconds);
    };
    note("database", health.database.is_up(), seconds(&health.database));
    if let Some(cache) = &health.cache {
        note("cache", cache.checked().is_up(), seconds(cache.checked()));
    }
    note("queue", health.queue.is_up(), seconds(&health.queue));
    registry.register("health_check_up", "Whether what the service stands on has just answered", up);
    registry.register("health_check_duration_seconds", "How long it took to answer, or to be given up", duration);
    if let Some(backlog) = &health.queue.answer {
        register_backlog(registry, backlog);
    }
}

fn register_backlog(registry: &mut Registry, backlog: &Backlog) {
    let mut gauge = |name: &str, help: &str, value: u64| registry.register(name, help, ConstGauge::new(value));
    gauge(
        "queue_waiting_notifications",
        "How many notifications wait to be sent, those that a worker holds included",
        backlog.waiting,
    );
    gauge("queue_due_notifications", "How many of those that wait are due", backlog.due);
    gauge("queue_failed_notifications", "How many notifications were given up", backlog.failed);
    registry.register(
        "queue_oldest_due_age_seconds",
        "For how long the notification has been due that has been for longest; 0 where none is",
        ConstGauge::new(backlog.oldest_due_age.as_seconds_f64()),
    );
}

const fn seconds<T>(checked: &Checked<T>) -> f64 {
    checked.took.as_secs_f64()
}
