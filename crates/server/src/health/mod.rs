//! What a probe asks: whether the process runs, and whether what the service stands on answers.

mod checks;
mod report;
mod routes;

pub use checks::{CacheCheck, Checked, CheckedCache, Health, HealthChecks};
pub use report::ReadinessReport;
pub use routes::{__path_health, __path_live, __path_ready, NO_STORE, health, live, ready};
