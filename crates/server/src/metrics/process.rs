use prometheus_client::{
    metrics::{gauge::ConstGauge, info::Info},
    registry::Registry,
};
use time::OffsetDateTime;

/// Registers what does not change while the process runs.
pub fn register(registry: &mut Registry, started_at: OffsetDateTime) {
    let started_at = (started_at - OffsetDateTime::UNIX_EPOCH).as_seconds_f64();
    // Prometheus' own name for it, without a prefix.
    registry.register(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970",
        ConstGauge::new(started_at),
    );
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("library_build", "Which program this is", build);
}
