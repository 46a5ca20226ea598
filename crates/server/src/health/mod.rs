//! What a probe asks: whether the process runs, and whether what the service stands on answers.

mod checks;
mod report;
mod routes;

#[cfg(test)]
pub use checks::CheckedCache;
pub use checks::{CacheCheck, Checked, Checks, Health, HealthChecks};
pub use report::ReadinessReport;
pub use routes::{__path_health, __path_live, __path_ready, NO_STORE, health, live, ready};
