//! What Prometheus is told. The adapters count by plain means; only this module knows how Prometheus has it written.

mod deliveries;
mod encode;
mod health;
mod log;
mod process;
mod requests;
mod routes;
mod sources;

pub use deliveries::DeliveryMetrics;
pub use requests::{RequestMetrics, measure};
pub use routes::metrics;
pub use sources::Sources;

use crate::health::Health;
use prometheus_client::{
    encoding::text::{encode_eof, encode_registry},
    registry::Registry,
};
use std::{fmt, sync::Arc};
use time::OffsetDateTime;

/// What the names of the service's own metrics begin with.
const PREFIX: &str = "library";

/// Every metric of this process. Clones share them.
#[derive(Clone)]
pub struct Metrics {
    pub requests: RequestMetrics,
    pub deliveries: DeliveryMetrics,
    registry: Arc<Registry>,
}

impl Metrics {
    /// The metrics of a process that started at this time, whose log has dropped so many lines, and that has these adapters.
    pub fn new(started_at: OffsetDateTime, dropped_lines: impl Fn() -> u64 + Send + Sync + 'static, sources: Sources) -> Self {
        let (requests, deliveries) = (RequestMetrics::default(), DeliveryMetrics::default());
        let mut registry = Registry::default();
        process::register(&mut registry, started_at);
        let own = registry.sub_registry_with_prefix(PREFIX);
        requests.register(own);
        deliveries.register(own);
        log::register(own, dropped_lines);
        own.register_collector(Box::new(sources));
        Self { requests, deliveries, registry: Arc::new(registry) }
    }

    /// All of it in the text format of `OpenMetrics` 1.0, with what the checks have just found. What a check that got no answer would
    /// have told is absent: a number of before would look like one of now.
    ///
    /// # Errors
    /// Never: a text takes whatever is written.
    pub fn text(&self, health: &Health) -> Result<String, fmt::Error> {
        let mut checked = Registry::with_prefix(PREFIX);
        health::register(&mut checked, health);
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &checked)?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests;
