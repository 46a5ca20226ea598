//! Faults that are tried for a moment by `tests/short` and for longer by `tests/long`.

mod crash;

pub use crash::every_acknowledged_write_is_there_after_kills;
