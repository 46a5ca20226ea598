//! Faults that are tried for a moment by `tests/short` and for longer by `tests/long`.

mod crash;
mod departures;
mod fuzz;
mod redis_outage;
mod torture;

pub use crash::every_acknowledged_write_is_there_after_kills;
pub use departures::clients_that_leave_take_everything_with_them;
pub use fuzz::no_request_is_a_fault_of_the_server;
pub use redis_outage::{Phases, RedisFault, a_redis_that_is};
pub use torture::what_clients_are_told_agrees;
