use super::{Cache, CacheUsage, FillPermit, LookUp, usage::UsageCounters};
use async_trait::async_trait;
use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use uuid::Uuid;

/// The most values that are kept.
const CAPACITY: u64 = 10_000;

/// How many counters the ids share.
const GENERATIONS: usize = 1_024;

/// A cache in this process's memory: bounded, and each value lives for a while.
///
/// A value carries the generation of its id that it was read under; forgetting an id makes the next generation. So a slow reader
/// who fills in what was read before a write fills in something that no look-up accepts. (moka's own `get_with` and
/// `invalidate` leave the old value in that race.)
pub struct InProcessCache<V> {
    values: moka::sync::Cache<Uuid, (u64, V)>,
    generations: Box<[AtomicU64]>,
    hasher: RandomState,
    counters: UsageCounters,
}

impl<V: Clone + Send + Sync + 'static> InProcessCache<V> {
    /// An empty cache whose values live for so long.
    #[must_use]
    pub fn new(time_to_live: Duration) -> Self {
        Self {
            values: moka::sync::Cache::builder().max_capacity(CAPACITY).time_to_live(time_to_live).build(),
            generations: (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            counters: UsageCounters::default(),
        }
    }

    fn generation(&self, id: Uuid) -> &AtomicU64 {
        let hash = self.hasher.hash_one(id);
        &self.generations[usize::try_from(hash % GENERATIONS as u64).unwrap_or(0)]
    }
}

#[async_trait]
impl<V: Clone + Send + Sync + 'static> Cache<V> for InProcessCache<V> {
    async fn look_up(&self, id: Uuid) -> LookUp<V> {
        let current = self.generation(id).load(Ordering::SeqCst);
        self.counters.looked_up(match self.values.get(&id) {
            Some((generation, value)) if generation == current => LookUp::Hit(value),
            _ => LookUp::Miss(FillPermit(u128::from(current))),
        })
    }

    async fn fill(&self, id: Uuid, permit: FillPermit, value: &V) {
        let is_current = |generation: u64| self.generation(id).load(Ordering::SeqCst) == generation;
        let Some(generation) = u64::try_from(permit.0).ok().filter(|generation| is_current(*generation)) else { return };
        self.values.insert(id, (generation, value.clone()));
        // Forgotten meanwhile: nobody would see it, but what was deleted must not stay in memory, either.
        if !is_current(generation) {
            self.values.invalidate(&id);
        }
    }

    async fn forget(&self, id: Uuid) {
        self.generation(id).fetch_add(1, Ordering::SeqCst);
        self.values.invalidate(&id);
    }

    fn usage(&self) -> CacheUsage {
        self.counters.usage()
    }
}
