use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter},
    registry::Registry,
};
use std::fmt;

/// Registers how many lines of the log were dropped, which is asked at every scrape.
pub fn register(registry: &mut Registry, dropped_lines: impl Fn() -> u64 + Send + Sync + 'static) {
    registry.register_collector(Box::new(DroppedLines(dropped_lines)));
}

struct DroppedLines<F>(F);

impl<F> fmt::Debug for DroppedLines<F> {
    /// The trait of collectors asks for it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DroppedLines")
    }
}

impl<F: Fn() -> u64 + Send + Sync + 'static> Collector for DroppedLines<F> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Lines of the log that were dropped, because nobody read those before";
        let metric = encoder.encode_descriptor("log_lines_dropped", help, None, MetricType::Counter)?;
        ConstCounter::new((self.0)()).encode(metric)
    }
}
