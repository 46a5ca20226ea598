//! Faults that are tried for a moment by `tests/short` and for longer by `tests/long`.

mod crash;
mod redis_outage;

pub use crash::every_acknowledged_write_is_there_after_kills;
pub use redis_outage::{Phases, RedisFault, a_redis_that_is};
