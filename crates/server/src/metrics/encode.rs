use library_shared_infra::measure::{BUCKETS, DurationCounts, DurationHistogram};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::{MetricType, TypedMetric},
};
use std::fmt;

/// One label of one value.
pub type Label = [(&'static str, &'static str); 1];

/// Writes a histogram of durations, in seconds.
pub fn encode_durations(encoder: &mut MetricEncoder<'_>, durations: &DurationCounts) -> fmt::Result {
    let bounds = BUCKETS.into_iter().chain([f64::INFINITY]);
    let buckets: Vec<_> = bounds.zip(durations.counts).collect();
    let count = durations.counts.iter().sum();
    encoder.encode_histogram::<NoLabelSet>(durations.sum.as_secs_f64(), count, &buckets, None)
}

/// Durations as a metric of a family.
#[derive(Debug, Default)]
pub struct DurationMetric(pub DurationHistogram);

impl TypedMetric for DurationMetric {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for DurationMetric {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        encode_durations(&mut encoder, &self.0.counts())
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

/// Writes a metric of these labels.
pub fn encode_labelled<L: EncodeLabelSet>(
    encoder: &mut MetricEncoder<'_>,
    labels: &L,
    encode: impl FnOnce(&mut MetricEncoder<'_>) -> fmt::Result,
) -> fmt::Result {
    encode(&mut encoder.encode_family(labels)?)
}
