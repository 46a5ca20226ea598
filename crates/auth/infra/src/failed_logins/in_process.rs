use async_trait::async_trait;
use library_auth_domain::{FailedAttempts, FailedLogins, LoginName, TooManyFailures};
use library_shared_domain::Clock;
use moka::{
    ops::compute::{CompResult, Op},
    policy::EvictionPolicy,
    sync::Cache,
};
use std::sync::Arc;

/// The most accounts that are remembered. When there are more, the one whose logins failed the longest time ago is forgotten.
const CAPACITY: u64 = 50_000;

/// Remembers failed logins in this process's memory, which is bounded.
pub struct InProcessFailedLogins {
    attempts: Cache<LoginName, FailedAttempts>,
    clock: Arc<dyn Clock>,
}

impl InProcessFailedLogins {
    /// Nothing has failed yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let attempts = Cache::builder()
            .max_capacity(CAPACITY)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(FailedAttempts::MEMORY.unsigned_abs());
        Self { attempts: attempts.build(), clock }
    }
}

#[async_trait]
impl FailedLogins for InProcessFailedLogins {
    async fn count(&self, name: &LoginName) -> Result<(), TooManyFailures> {
        let now = self.clock.now();
        let counted = self
            .attempts
            .entry_by_ref(name)
            .and_try_compute_with(|entry| FailedAttempts::and_another(entry.map(moka::Entry::into_value), now).map(Op::Put));
        counted.map(|_: CompResult<_, _>| ())
    }

    async fn take_back(&self, name: &LoginName) {
        self.attempts.entry_by_ref(name).and_compute_with(|entry| match entry {
            None => Op::Nop,
            Some(entry) => entry.into_value().and_one_less().map_or(Op::Remove, Op::Put),
        });
    }

    async fn forget(&self, name: &LoginName) {
        self.attempts.invalidate(name);
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, InProcessFailedLogins};
    use library_auth_domain::{FailedLogins, LoginName};
    use library_testkit::ManualClock;
    use std::sync::Arc;

    #[tokio::test]
    async fn no_more_than_so_many_accounts_are_remembered_and_the_newest_are_among_them() {
        let failed_logins = InProcessFailedLogins::new(Arc::new(ManualClock::default()));
        for number in 0..CAPACITY + 5_000 {
            failed_logins.count(&LoginName::from_text(number.to_string())).await.expect("the first");
        }
        failed_logins.attempts.run_pending_tasks();
        let kept = failed_logins.attempts.entry_count();
        assert!(kept <= CAPACITY, "{kept} accounts");
        let newest = LoginName::from_text((CAPACITY + 4_999).to_string());
        for _ in 0..4 {
            failed_logins.count(&newest).await.expect("five may follow upon one another");
        }
        assert!(failed_logins.count(&newest).await.is_err());
    }
}
