use async_trait::async_trait;
use std::{num::NonZeroU32, time::Duration};

/// How many requests of one kind somebody may make: all of them at once, and then one more whenever its share of the window has
/// passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    name: &'static str,
    requests: NonZeroU32,
    window: Duration,
}

impl Quota {
    /// So many requests in a window; the name, in lower-case letters, tells it from other quotas.
    #[must_use]
    pub const fn new(name: &'static str, requests: NonZeroU32, window: Duration) -> Self {
        Self { name, requests, window }
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How many requests.
    #[must_use]
    pub const fn requests(&self) -> NonZeroU32 {
        self.requests
    }

    /// How long it takes until all of them are there again.
    #[must_use]
    pub const fn window(&self) -> Duration {
        self.window
    }

    /// How long it takes until one of them is there again.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.window / self.requests.get()
    }
}

/// Where somebody stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The request is permitted.
    Permitted {
        /// How many more would be, at this moment.
        remaining: u32,
    },
    /// It is not.
    Refused {
        /// How long until the next one is permitted.
        wait: Duration,
    },
}

impl Standing {
    /// How many more requests would be permitted at this moment.
    #[must_use]
    pub const fn remaining(&self) -> u32 {
        match self {
            Self::Permitted { remaining } => *remaining,
            Self::Refused { .. } => 0,
        }
    }

    /// How long at most until the whole quota is there again.
    #[must_use]
    pub fn whole_after(&self, quota: &Quota) -> Duration {
        match self {
            Self::Permitted { remaining } => quota.interval() * quota.requests().get().saturating_sub(*remaining),
            Self::Refused { wait } => *wait + quota.interval() * (quota.requests().get() - 1),
        }
    }
}

/// The port that counts requests against a [`Quota`], by the generic cell rate algorithm (ITU-T I.371). Servers that share a store
/// count together. It never fails: while the store is away, each server counts for itself.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// The quota.
    fn quota(&self) -> Quota;

    /// Counts one request of whoever this key stands for, if it is permitted. A refused one costs nothing.
    async fn take(&self, key: &str) -> Standing;
}

#[cfg(test)]
mod tests {
    use super::{Quota, Standing};
    use std::{num::NonZeroU32, time::Duration};

    const QUOTA: Quota = Quota::new("test", NonZeroU32::new(10).expect("not zero"), Duration::from_mins(1));

    #[test]
    fn what_was_taken_comes_back_at_one_pace() {
        assert_eq!(QUOTA.interval(), Duration::from_secs(6));
        assert_eq!(Standing::Permitted { remaining: 10 }.whole_after(&QUOTA), Duration::ZERO);
        assert_eq!(Standing::Permitted { remaining: 7 }.whole_after(&QUOTA), Duration::from_secs(18));
        assert_eq!(Standing::Permitted { remaining: 0 }.whole_after(&QUOTA), Duration::from_mins(1));
        let refused = Standing::Refused { wait: Duration::from_secs(2) };
        assert_eq!((refused.remaining(), refused.whole_after(&QUOTA)), (0, Duration::from_secs(56)));
    }
}
