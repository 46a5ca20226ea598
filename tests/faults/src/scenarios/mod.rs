//! Faults that are tried for a moment by `tests/short` and for longer by `tests/long`.

mod crash;
mod departures;
mod redis_outage;

pub use crash::every_acknowledged_write_is_there_after_kills;
pub use departures::clients_that_leave_take_everything_with_them;
pub use redis_outage::{Phases, RedisFault, a_redis_that_is};
