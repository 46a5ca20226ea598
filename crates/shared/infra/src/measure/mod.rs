//! Numbers about what happens inside adapters, kept by plain means: who shows them decides in what form.

mod durations;
mod pool;

pub use durations::{BUCKETS, DurationCounts, DurationHistogram, DurationTimer};
pub(crate) use pool::MeasuredPool;
pub use pool::PoolUsage;
