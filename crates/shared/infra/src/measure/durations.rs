use std::{
    array,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// The most that each bucket but the last holds, in seconds: from a look into a cache to the longest that a caller waits.
pub const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How long something took, each time, sorted by length. Who notes a duration waits for nobody.
#[derive(Debug)]
pub struct DurationHistogram {
    /// One for each of [`BUCKETS`], and one for what is longer.
    counts: [AtomicU64; BUCKETS.len() + 1],
    nanoseconds: AtomicU64,
}

/// What a [`DurationHistogram`] holds at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct DurationCounts {
    /// How many durations are in each bucket, and in none before it; the last holds those that are longer than all of [`BUCKETS`].
    pub counts: [u64; BUCKETS.len() + 1],
    /// All durations together.
    pub sum: Duration,
}

/// Notes how long it has lived when it is dropped, also where its owner was given up.
#[derive(Debug)]
pub struct DurationTimer<'a> {
    histogram: &'a DurationHistogram,
    started: Instant,
}

impl Default for DurationHistogram {
    fn default() -> Self {
        Self { counts: array::from_fn(|_| AtomicU64::new(0)), nanoseconds: AtomicU64::new(0) }
    }
}

impl DurationHistogram {
    /// Notes a duration.
    pub fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = BUCKETS.iter().position(|most| seconds <= *most).unwrap_or(BUCKETS.len());
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Notes the time from now until what comes back is dropped.
    pub fn start(&self) -> DurationTimer<'_> {
        DurationTimer { histogram: self, started: Instant::now() }
    }

    /// What it holds now.
    pub fn counts(&self) -> DurationCounts {
        let counts = array::from_fn(|bucket| self.counts[bucket].load(Ordering::Relaxed));
        DurationCounts { counts, sum: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)) }
    }
}

impl Drop for DurationTimer<'_> {
    fn drop(&mut self) {
        self.histogram.observe(self.started.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, DurationHistogram};
    use std::{thread, time::Duration};

    #[test]
    fn a_duration_is_counted_in_the_first_bucket_that_holds_it() {
        let histogram = DurationHistogram::default();
        for milliseconds in [0, 1, 2, 10_000, 10_001] {
            histogram.observe(Duration::from_millis(milliseconds));
        }
        let mut expected = [0; BUCKETS.len() + 1];
        (expected[0], expected[1], expected[12], expected[13]) = (2, 1, 1, 1);
        let counts = histogram.counts();
        assert_eq!((counts.counts, counts.sum), (expected, Duration::from_millis(20_004)));
    }

    #[test]
    fn nothing_is_lost_where_many_count_at_once() {
        let histogram = DurationHistogram::default();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1_000).for_each(|_| histogram.observe(Duration::from_micros(1))));
            }
        });
        assert_eq!((histogram.counts().counts[0], histogram.counts().sum), (8_000, Duration::from_millis(8)));
    }

    #[test]
    fn a_timer_counts_when_it_is_dropped() {
        let histogram = DurationHistogram::default();
        let timer = histogram.start();
        assert_eq!(histogram.counts().counts.iter().sum::<u64>(), 0);
        drop(timer);
        assert_eq!(histogram.counts().counts.iter().sum::<u64>(), 1);
    }
}
