use crate::{builders::now, locked::locked};
use library_shared_domain::Clock;
use std::sync::Mutex;
use time::{Duration, OffsetDateTime};

/// A clock that stands still until a test moves it. Share it as an `Arc<ManualClock>`.
#[derive(Debug)]
pub struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    /// A clock that stands at this time.
    #[must_use]
    pub fn at(time: OffsetDateTime) -> Self {
        Self(Mutex::new(whole_microseconds(time)))
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, time: OffsetDateTime) {
        *locked(&self.0) = whole_microseconds(time);
    }

    /// Moves the clock by this much and tells the new time.
    pub fn advance(&self, by: Duration) -> OffsetDateTime {
        let mut time = locked(&self.0);
        *time = whole_microseconds(*time + by);
        *time
    }
}

impl Default for ManualClock {
    /// A clock that stands at [`now`].
    fn default() -> Self {
        Self::at(now())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *locked(&self.0)
    }
}

/// The port promises no finer time.
fn whole_microseconds(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_microsecond(time.microsecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::ManualClock;
    use crate::builders::now;
    use library_shared_domain::Clock;
    use time::Duration;

    #[test]
    fn the_clock_moves_by_hand_alone_and_in_whole_microseconds() {
        let clock = ManualClock::default();
        assert_eq!((clock.now(), clock.now()), (now(), now()));
        assert_eq!(clock.advance(Duration::nanoseconds(1_999)), now() + Duration::MICROSECOND);
        clock.set(now() - Duration::DAY);
        assert_eq!(clock.now(), now() - Duration::DAY);
    }
}
