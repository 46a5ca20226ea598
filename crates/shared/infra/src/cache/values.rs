use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use uuid::Uuid;

/// The most values that are kept.
const CAPACITY: u64 = 10_000;

/// How many counters the ids share.
const GENERATIONS: usize = 8_192;

/// How often an id, or one that shares its counter, has been forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Generation(pub u64);

/// Values in this process's memory: so many at the most, and each for a while.
///
/// A value carries the generation of its id that it was read under; forgetting an id makes the next generation. So a slow reader
/// who keeps what was read before a write keeps something that no look-up accepts. (moka's own `get_with` and
/// `invalidate` leave the old value in that race.)
pub struct Values<V> {
    kept: moka::sync::Cache<Uuid, (u64, V)>,
    generations: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl<V: Clone + Send + Sync + 'static> Values<V> {
    /// No values yet; each lives for so long.
    pub fn new(time_to_live: Duration) -> Self {
        Self {
            kept: moka::sync::Cache::builder().max_capacity(CAPACITY).time_to_live(time_to_live).build(),
            generations: (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// The value, or else the generation to keep one under that is read from elsewhere.
    pub fn look_up(&self, id: Uuid) -> Result<V, Generation> {
        let current = self.generation(id).load(Ordering::SeqCst);
        match self.kept.get(&id) {
            Some((generation, value)) if generation == current => Ok(value),
            _ => Err(Generation(current)),
        }
    }

    /// Keeps a value, where its id has not been forgotten since this was its generation.
    pub fn keep(&self, id: Uuid, Generation(generation): Generation, value: V) {
        let is_current = || self.generation(id).load(Ordering::SeqCst) == generation;
        if !is_current() {
            return;
        }
        self.kept.insert(id, (generation, value));
        // Forgotten meanwhile: nobody would see it, but what was deleted must not stay in memory, either.
        if !is_current() {
            self.kept.invalidate(&id);
        }
    }

    /// Forgets the value of this id, and what readers of it are about to keep.
    pub fn forget(&self, id: Uuid) {
        self.generation(id).fetch_add(1, Ordering::SeqCst);
        self.kept.invalidate(&id);
    }

    /// Forgets all values, and what readers are about to keep.
    pub fn forget_all(&self) {
        for generation in &self.generations {
            generation.fetch_add(1, Ordering::SeqCst);
        }
        self.kept.invalidate_all();
    }

    fn generation(&self, id: Uuid) -> &AtomicU64 {
        let hash = self.hasher.hash_one(id);
        &self.generations[usize::try_from(hash % GENERATIONS as u64).unwrap_or(0)]
    }
}
