use super::LookUp;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a cache is used, since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheUsage {
    /// How many look-ups found the value.
    pub hits: u64,
    /// How many did not: the database answered.
    pub misses: u64,
    /// How many commands failed, of look-ups and of others.
    pub errors: u64,
}

/// Counts how a cache is used.
#[derive(Debug, Default)]
pub(super) struct UsageCounters {
    hits: AtomicU64,
    misses: AtomicU64,
    errors: AtomicU64,
}

impl UsageCounters {
    /// Counts a look-up by what it found, and hands that on.
    pub(super) fn looked_up<V>(&self, found: LookUp<V>) -> LookUp<V> {
        let counter = match found {
            LookUp::Hit(_) => &self.hits,
            LookUp::Miss(_) | LookUp::Bypass => &self.misses,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    pub(super) fn failed(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn usage(&self) -> CacheUsage {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheUsage { hits: read(&self.hits), misses: read(&self.misses), errors: read(&self.errors) }
    }
}
