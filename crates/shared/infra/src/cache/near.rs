use super::{Cache, CacheUsage, FillPermit, LookUp, RedisCache, RedisValue, values::Values};
use crate::redis::{KeyTracking, TrackedKeys};
use async_trait::async_trait;
use std::{
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// How long a value is kept near: it may have had little time left in Redis, which tells that it has expired only when it removes it.
const TIME_TO_LIVE: Duration = Duration::from_secs(5);

/// A level in this process's memory above a cache in Redis, which spares most look-ups the trip.
///
/// Redis tells of every key that changes, whoever changes it ([`KeyTracking`]), and so the value is forgotten here. What is here counts only as
/// long as that word is known to arrive: a look-up never finds what another server had Redis forget longer ago than
/// [`KeyTracking::LAG`]. What this server itself wrote over it does not find at all.
pub struct NearCache<V, C> {
    near: Arc<NearValues<V, C>>,
    far: RedisCache<V, C>,
    tracking: KeyTracking,
    hits: AtomicU64,
}

/// The values of one kind that are kept near, as long as Redis says nothing else.
pub struct NearValues<V, C> {
    values: Values<V>,
    /// What their keys in Redis begin with.
    prefix: String,
    kind: PhantomData<fn() -> C>,
}

impl<V: Clone + Send + Sync + 'static, C: RedisValue<V> + 'static> NearValues<V, C> {
    /// No values yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { values: Values::new(TIME_TO_LIVE), prefix: format!("{}:", C::NAMESPACE), kind: PhantomData })
    }
}

impl<V: Clone + Send + Sync + 'static, C: RedisValue<V> + 'static> TrackedKeys for NearValues<V, C> {
    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn changed(&self, key: &[u8]) {
        let id = key.strip_prefix(self.prefix.as_bytes()).and_then(|id| Uuid::try_parse_ascii(id).ok());
        if let Some(id) = id {
            self.values.forget(id);
        }
    }

    fn all_changed(&self) {
        self.values.forget_all();
    }
}

impl<V, C: RedisValue<V>> NearCache<V, C> {
    /// These values above this cache; the tracking is one that they are tracked by.
    #[must_use]
    pub const fn new(near: Arc<NearValues<V, C>>, far: RedisCache<V, C>, tracking: KeyTracking) -> Self {
        Self { near, far, tracking, hits: AtomicU64::new(0) }
    }
}

#[async_trait]
impl<V: Clone + Send + Sync + 'static, C: RedisValue<V> + 'static> Cache<V> for NearCache<V, C> {
    async fn look_up(&self, id: Uuid) -> LookUp<V> {
        if !self.tracking.is_current() {
            return self.far.look_up(id).await;
        }
        let generation = match self.near.values.look_up(id) {
            Ok(value) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                return LookUp::Hit(value);
            }
            Err(generation) => generation,
        };
        let found = self.far.look_up(id).await;
        if let LookUp::Hit(value) = &found {
            self.near.values.keep(id, generation, value.clone());
        }
        found
    }

    async fn fill(&self, id: Uuid, permit: FillPermit, value: &V) {
        self.far.fill(id, permit, value).await;
    }

    async fn forget(&self, id: Uuid) {
        self.far.forget(id).await;
        // After that, because a reader may have found it there until then, and kept it here.
        self.near.values.forget(id);
    }

    fn usage(&self) -> CacheUsage {
        let far = self.far.usage();
        CacheUsage { hits: far.hits + self.hits.load(Ordering::Relaxed), ..far }
    }
}
