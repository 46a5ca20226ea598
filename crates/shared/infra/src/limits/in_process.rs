use async_trait::async_trait;
use governor::{
    NotUntil,
    clock::{Clock, MonotonicClock},
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};
use library_shared_domain::{Quota, RateLimiter, Standing};
use moka::policy::EvictionPolicy;
use std::{sync::Arc, time::Duration};

/// The most keys that are counted for. When there are more, who has made no request for the longest time is forgotten; at some
/// hundred bytes a key, that is a few megabytes for each quota.
const CAPACITY: u64 = 50_000;

type Limiter = governor::RateLimiter<String, BoundedStates, MonotonicClock, StateInformationMiddleware>;

/// A limiter in this process's memory, which is bounded.
pub struct InProcessRateLimiter {
    quota: Quota,
    limiter: Limiter,
}

impl InProcessRateLimiter {
    /// Nobody has made a request yet.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self::on(BoundedStates::new(quota), quota)
    }

    fn on(states: BoundedStates, quota: Quota) -> Self {
        // governor knows no window of nothing; the shortest there is comes to the same.
        let interval = quota.interval().max(Duration::from_nanos(1));
        let pace = governor::Quota::with_period(interval).unwrap_or(governor::Quota::per_second(quota.requests()));
        Self { quota, limiter: Limiter::new(pace.allow_burst(quota.requests()), states, MonotonicClock) }
    }
}

#[async_trait]
impl RateLimiter for InProcessRateLimiter {
    fn quota(&self) -> Quota {
        self.quota
    }

    async fn take(&self, key: &str) -> Standing {
        match self.limiter.check_key(&key.to_owned()) {
            Ok(state) => Standing::Permitted { remaining: state.remaining_burst_capacity() },
            Err(refusal) => Standing::Refused { wait: wait(&refusal) },
        }
    }
}

fn wait(refusal: &NotUntil<<MonotonicClock as Clock>::Instant>) -> Duration {
    refusal.wait_time_from(MonotonicClock.now())
}

/// What governor keeps of each key, bounded in number and in time: who has made no request for a whole window is as good as new.
#[derive(Clone)]
struct BoundedStates(moka::sync::Cache<String, Arc<InMemoryState>>);

impl BoundedStates {
    fn new(quota: Quota) -> Self {
        // Least recently used, and not moka's usual policy, which would rather turn away a new key than forget an old one: who comes
        // from ever new addresses would never be counted.
        let states = moka::sync::Cache::builder()
            .max_capacity(CAPACITY)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(quota.window());
        Self(states.build())
    }
}

impl StateStore for BoundedStates {
    type Key = String;

    fn measure_and_replace<T, F, E>(&self, key: &String, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let state = self.0.get_with_by_ref(key, Arc::default);
        state.measure_and_replace(&NotKeyed::NonKey, decide)
    }
}

#[cfg(test)]
mod tests {
    use super::{BoundedStates, CAPACITY, InProcessRateLimiter};
    use library_shared_domain::{Quota, RateLimiter, Standing};
    use std::{num::NonZeroU32, time::Duration};

    const QUOTA: Quota = Quota::new("test", NonZeroU32::new(2).expect("not zero"), Duration::from_hours(1));

    fn kept(states: &BoundedStates) -> u64 {
        states.0.run_pending_tasks();
        states.0.entry_count()
    }

    #[tokio::test]
    async fn no_more_than_so_many_keys_are_kept_and_the_newest_are_among_them() {
        let states = BoundedStates::new(QUOTA);
        let limiter = InProcessRateLimiter::on(states.clone(), QUOTA);
        for number in 0..CAPACITY + 5_000 {
            limiter.take(&number.to_string()).await;
        }
        assert!(kept(&states) <= CAPACITY, "{} keys", kept(&states));
        let newest = (CAPACITY + 4_999).to_string();
        assert_eq!(limiter.take(&newest).await, Standing::Permitted { remaining: 0 });
        assert!(matches!(limiter.take(&newest).await, Standing::Refused { .. }));
    }

    #[tokio::test]
    async fn who_has_made_no_request_for_a_whole_window_is_forgotten() {
        let quota = Quota::new("test", QUOTA.requests(), Duration::from_millis(50));
        let states = BoundedStates::new(quota);
        InProcessRateLimiter::on(states.clone(), quota).take("somebody").await;
        assert_eq!(kept(&states), 1);
        while kept(&states) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
