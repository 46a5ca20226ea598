use super::encode::Label;
use library_notification_app::Delivery;
use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// Counts what became of notifications that this process took from the queue.
#[derive(Clone, Default)]
pub struct DeliveryMetrics {
    outcomes: Family<Label, Counter>,
}

impl DeliveryMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        for outcome in [Delivery::Sent, Delivery::Dropped, Delivery::Postponed, Delivery::GivenUp] {
            // Zero is said, too: an increase from nothing at all is not seen as one.
            drop(self.outcomes.get_or_create(&label(outcome)));
        }
        registry.register(
            "notification_deliveries",
            "What became of notifications that were taken from the queue",
            self.outcomes.clone(),
        );
    }

    /// Counts what became of one.
    pub fn count(&self, outcome: Delivery) {
        if !matches!(outcome, Delivery::NothingDue | Delivery::NotReady) {
            self.outcomes.get_or_create(&label(outcome)).inc();
        }
    }
}

const fn label(outcome: Delivery) -> Label {
    let name = match outcome {
        Delivery::NothingDue => "nothing_due",
        Delivery::NotReady => "not_ready",
        Delivery::Sent => "sent",
        Delivery::Dropped => "dropped",
        Delivery::Postponed => "postponed",
        Delivery::GivenUp => "given_up",
    };
    [("outcome", name)]
}
