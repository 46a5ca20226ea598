use time::OffsetDateTime;

/// The port through which the current time comes in.
///
/// Domain functions take `now` as an argument; only use cases and adapters hold a clock.
pub trait Clock: Send + Sync {
    /// The current time in UTC, in whole microseconds: the finest that every database here keeps.
    fn now(&self) -> OffsetDateTime;
}
