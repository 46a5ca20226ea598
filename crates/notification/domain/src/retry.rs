use time::{Duration, OffsetDateTime};

/// When a notification that could not be sent is tried again, and when it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How long after the first attempt the second one comes; each later one waits twice as long as the one before.
    pub first_delay: Duration,
    /// The longest wait.
    pub longest_delay: Duration,
    /// How many attempts there are in all.
    pub attempts: u32,
}

/// What is to be done after an attempt that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Try again at this time.
    TryAgainAt(OffsetDateTime),
    /// Keep it as failed.
    GiveUp,
}

impl Default for RetryPolicy {
    /// Ten attempts, one second to ten minutes apart.
    fn default() -> Self {
        Self { first_delay: Duration::SECOND, longest_delay: Duration::minutes(10), attempts: 10 }
    }
}

impl RetryPolicy {
    /// What is to be done after the attempt of this number (the first is 1) has failed now.
    #[must_use]
    pub fn after(self, attempt: u32, now: OffsetDateTime) -> NextStep {
        if attempt >= self.attempts {
            return NextStep::GiveUp;
        }
        let doubled = 2_i32.checked_pow(attempt.saturating_sub(1)).and_then(|factor| self.first_delay.checked_mul(factor));
        NextStep::TryAgainAt(now + doubled.map_or(self.longest_delay, |delay| delay.min(self.longest_delay)))
    }
}

#[cfg(test)]
mod tests {
    use super::{NextStep, RetryPolicy};
    use time::OffsetDateTime;

    #[test]
    fn the_waits_double_from_one_second_to_ten_minutes_and_the_tenth_attempt_is_the_last() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let waits: Vec<_> = (1..=10)
            .map(|attempt| match RetryPolicy::default().after(attempt, now) {
                NextStep::TryAgainAt(at) => Some((at - now).whole_seconds()),
                NextStep::GiveUp => None,
            })
            .collect();
        let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256].map(Some).into_iter().chain([None]);
        assert_eq!(waits, expected.collect::<Vec<_>>());
    }

    #[test]
    fn no_wait_is_longer_than_ten_minutes() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let patient = RetryPolicy { attempts: u32::MAX, ..RetryPolicy::default() };
        for attempt in [11, 31, 32, 33, 1_000_000] {
            assert_eq!(patient.after(attempt, now), NextStep::TryAgainAt(now + patient.longest_delay), "{attempt}");
        }
    }
}
