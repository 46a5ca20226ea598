use super::{
    Cache, CacheUsage, FillPermit, LookUp,
    usage::UsageCounters,
    values::{Generation, Values},
};
use async_trait::async_trait;
use std::time::Duration;
use uuid::Uuid;

/// A cache in this process's memory: bounded, and each value lives for a while.
pub struct InProcessCache<V> {
    values: Values<V>,
    counters: UsageCounters,
}

impl<V: Clone + Send + Sync + 'static> InProcessCache<V> {
    /// An empty cache whose values live for so long.
    #[must_use]
    pub fn new(time_to_live: Duration) -> Self {
        Self { values: Values::new(time_to_live), counters: UsageCounters::default() }
    }
}

#[async_trait]
impl<V: Clone + Send + Sync + 'static> Cache<V> for InProcessCache<V> {
    async fn look_up(&self, id: Uuid) -> LookUp<V> {
        self.counters.looked_up(match self.values.look_up(id) {
            Ok(value) => LookUp::Hit(value),
            Err(Generation(generation)) => LookUp::Miss(FillPermit(generation.into())),
        })
    }

    async fn fill(&self, id: Uuid, permit: FillPermit, value: &V) {
        if let Ok(generation) = permit.0.try_into() {
            self.values.keep(id, Generation(generation), value.clone());
        }
    }

    async fn forget(&self, id: Uuid) {
        self.values.forget(id);
    }

    fn usage(&self) -> CacheUsage {
        self.counters.usage()
    }
}
