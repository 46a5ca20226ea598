use async_trait::async_trait;
use library_shared_domain::MemberId;
use std::fmt;
use time::{Duration, OffsetDateTime};

/// The name under which failed attempts at a password are counted: equal for all spellings of an address that lead to one account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LoginName(String);

impl LoginName {
    /// The name of this text, which has to be the one spelling.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// The name under which the attempts of a member who is logged in already are counted. It is no address, so that nobody keeps the
    /// member from changing the password by failing to log in, or the other way round.
    #[must_use]
    pub fn of_member(id: MemberId) -> Self {
        Self(format!("member:{id}"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LoginName {
    /// An address is personal and has no place in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LoginName([redacted])")
    }
}

/// How often in a row an attempt at a password failed, and when it did last: what guessing a password is slowed down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempts {
    /// How often in a row.
    pub count: u32,
    /// When last.
    pub last_at: OffsetDateTime,
    /// When the time before; the same, where there was none.
    pub before_at: OffsetDateTime,
}

/// Too many logins failed in a row: no password is looked at before some time has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many logins failed; the next one may be tried in {wait}")]
pub struct TooManyFailures {
    /// How long.
    pub wait: Duration,
}

impl FailedAttempts {
    /// How many may follow upon one another without a wait: some for a member who has several passwords and a keyboard.
    pub const WITHOUT_WAIT: u32 = 5;

    /// The longest wait. It leaves a guesser a hundred tries a day (NIST SP 800-63B, section 5.2.2, allows as many in a row), and
    /// keeps a member whom somebody else locks out from waiting for much longer than a coffee.
    pub const LONGEST_WAIT: Duration = Duration::minutes(15);

    /// For how long failures are remembered after the last of them.
    pub const MEMORY: Duration = Duration::days(1);

    /// How long to wait after so many failures: 1 s, 2 s, 4 s, …
    #[must_use]
    pub fn wait_after(count: u32) -> Duration {
        match count.checked_sub(Self::WITHOUT_WAIT) {
            None => Duration::ZERO,
            Some(doublings) => 1_i64
                .checked_shl(doublings)
                .filter(|seconds| *seconds > 0)
                .map_or(Self::LONGEST_WAIT, |seconds| Duration::seconds(seconds).min(Self::LONGEST_WAIT)),
        }
    }

    /// What is remembered once another attempt, after these, has failed as well.
    ///
    /// # Errors
    /// Where it comes too early.
    pub fn and_another(previous: Option<Self>, now: OffsetDateTime) -> Result<Self, TooManyFailures> {
        let Some(previous) = previous.filter(|previous| now - previous.last_at < Self::MEMORY) else {
            return Ok(Self { count: 1, last_at: now, before_at: now });
        };
        let wait = previous.last_at + Self::wait_after(previous.count) - now;
        if wait.is_positive() {
            return Err(TooManyFailures { wait });
        }
        Ok(Self { count: previous.count.saturating_add(1), last_at: now, before_at: previous.last_at })
    }

    /// What is remembered once the last attempt turned out to be no failure, but no success either: what was before it, the time from
    /// which the wait is counted included.
    #[must_use]
    pub fn and_one_less(self) -> Option<Self> {
        let count = self.count.checked_sub(1).filter(|count| *count > 0)?;
        Some(Self { count, last_at: self.before_at, ..self })
    }
}

/// The port that remembers [`FailedAttempts`] by account. It treats accounts that exist and those that do not alike, and never fails:
/// servers that share a store count together, and while it is away, each counts for itself.
#[async_trait]
pub trait FailedLogins: Send + Sync {
    /// Counts an attempt as failed before its password is looked at, so that no number of attempts at once gets past the rule.
    ///
    /// # Errors
    /// Where it comes too early; then it is not counted.
    async fn count(&self, name: &LoginName) -> Result<(), TooManyFailures>;

    /// Takes back the last attempt, whose password could not be judged: the account stands where it stood before.
    async fn take_back(&self, name: &LoginName);

    /// Forgets the failures, after an attempt that succeeded.
    async fn forget(&self, name: &LoginName);
}

/// Looks at a password by `check`, which answers with `None` where it is wrong, unless too many before it were wrong. The attempt is
/// counted first, so that no number of attempts at once gets past the rule.
///
/// # Errors
/// Those of the check, which is no failure then; and [`TooManyFailures`], where the password was not looked at.
pub async fn guarded<T, E: From<TooManyFailures>>(
    failed_logins: &dyn FailedLogins,
    name: &LoginName,
    check: impl Future<Output = Result<Option<T>, E>> + Send,
) -> Result<Option<T>, E> {
    failed_logins.count(name).await?;
    let outcome = check.await;
    match &outcome {
        Ok(Some(_)) => failed_logins.forget(name).await,
        Ok(None) => {}
        Err(_) => failed_logins.take_back(name).await,
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::{FailedAttempts, LoginName, TooManyFailures};
    use proptest::prelude::*;
    use time::{Duration, OffsetDateTime};

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn after_five_failures_the_wait_doubles_from_one_second_to_fifteen_minutes() {
        let waits: Vec<_> = (4..=16).map(|count| FailedAttempts::wait_after(count).whole_seconds()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(FailedAttempts::wait_after(u32::MAX), FailedAttempts::LONGEST_WAIT);
    }

    #[test]
    fn an_attempt_that_comes_too_early_is_told_how_long_to_wait_and_not_counted() {
        let five = Some(FailedAttempts { count: 5, last_at: NOW, before_at: NOW });
        let early = FailedAttempts::and_another(five, NOW + Duration::milliseconds(400));
        assert_eq!(early, Err(TooManyFailures { wait: Duration::milliseconds(600) }));
        let later = NOW + Duration::SECOND;
        let six = FailedAttempts { count: 6, last_at: later, before_at: NOW };
        assert_eq!(FailedAttempts::and_another(five, later), Ok(six));
    }

    #[test]
    fn a_day_after_the_last_failure_all_are_forgotten() {
        let many = Some(FailedAttempts { count: 20, last_at: NOW, before_at: NOW });
        let next_day = NOW + Duration::DAY;
        let one = FailedAttempts { count: 1, last_at: next_day, before_at: next_day };
        assert_eq!(FailedAttempts::and_another(many, next_day), Ok(one));
    }

    #[test]
    fn what_is_taken_back_was_never_there() {
        let before = FailedAttempts { count: 6, last_at: NOW, before_at: NOW };
        let later = NOW + Duration::seconds(2);
        let counted = FailedAttempts::and_another(Some(before), later).expect("late enough");
        assert_eq!(counted.and_one_less(), Some(before));
        let after = |count| FailedAttempts { count, ..before }.and_one_less();
        assert_eq!((after(1), after(0)), (None, None));
    }

    #[test]
    fn a_name_is_not_printed() {
        assert!(!format!("{:?}", LoginName::from_text("ada@example.com".to_owned())).contains("ada"));
    }

    proptest! {
        #[test]
        fn in_a_day_a_guesser_has_little_more_than_a_hundred_tries(seed in prop::collection::vec(0_i64..120, 1..40)) {
            // However the tries are spread, whoever follows each refusal at once gets no more.
            let (mut state, mut now, mut tries) = (None, NOW, 0);
            let mut pauses = seed.into_iter().cycle();
            while now < NOW + Duration::DAY {
                match FailedAttempts::and_another(state, now) {
                    Ok(next) => (state, tries) = (Some(next), tries + 1),
                    Err(refusal) => now += refusal.wait,
                }
                now += Duration::seconds(pauses.next().unwrap_or_default());
            }
            prop_assert!(tries <= 112, "{tries} tries");
        }
    }
}
