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

/// A level in this process's memory above a cache in Redis, which spares most look-ups the trip.
///
/// Redis tells of every key that changes, whoever changes it ([`KeyTracking`]), and so the value is forgotten here. What is here counts only as
/// long as that word is known to arrive: a look-up never finds what another server wrote over longer ago than
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
    kind: PhantomData<fn() -> C>,
}

impl<V: Clone + Send + Sync + 'static, C: RedisValue<V> + 'static> NearValues<V, C> {
    /// No values yet; each lives for so long.
    #[must_use]
    pub fn new(time_to_live: Duration) -> Arc<Self> {
        Arc::new(Self { values: Values::new(time_to_live), kind: PhantomData })
    }
}

impl<V: Clone + Send + Sync + 'static, C: RedisValue<V> + 'static> TrackedKeys for NearValues<V, C> {
    fn prefix(&self) -> &'static str {
        C::NAMESPACE
    }

    fn changed(&self, key: &[u8]) {
        let id = key.strip_prefix(C::NAMESPACE.as_bytes()).and_then(|rest| Uuid::try_parse_ascii(rest.strip_prefix(b":")?).ok());
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
        let permit = match self.near.values.look_up(id) {
            LookUp::Miss(permit) => permit,
            found @ (LookUp::Hit(_) | LookUp::Bypass) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                return found;
            }
        };
        let found = self.far.look_up(id).await;
        if let LookUp::Hit(value) = &found {
            self.near.values.keep(id, permit, value.clone());
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
