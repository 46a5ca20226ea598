use super::{Cache, CacheUsage, FillPermit, LookUp, usage::UsageCounters};
use crate::redis::{RedisCommandError, RedisConnections};
use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use deadpool_redis::redis::{AsyncCommands, ExistenceCheck, Script, SetExpiry, SetOptions};
use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tracing::Instrument;
use uuid::Uuid;

/// How long a reader who found nothing has to fill in what the database answered.
const LEASE: Duration = Duration::from_secs(3);

/// Fills in a value only where the lease of the reader still stands.
const FILL: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0";

/// What stands before a value, and what before a reader's lease.
const VALUE: u8 = b'V';
const LEASE_MARK: u8 = b'L';

/// How a value is written into Redis and read back.
pub trait RedisValue<V>: Send + Sync {
    /// What the keys of these values begin with.
    const NAMESPACE: &'static str;

    /// The bytes of a value; `None` where it cannot be written.
    fn encode(value: &V) -> Option<Vec<u8>>;

    /// The value of these bytes; `None` where they are not a value's, for instance those of another release.
    fn decode(bytes: &[u8]) -> Option<V>;
}

/// A cache in Redis, which servers share.
///
/// Who finds nothing takes a lease, and may fill in a value only while that lease stands; forgetting a key ends the lease, too.
pub struct RedisCache<V, C> {
    connections: RedisConnections,
    time_to_live: Duration,
    fill: Script,
    unforgotten: Arc<Unforgotten>,
    counters: UsageCounters,
    kind: PhantomData<fn() -> (V, C)>,
}

impl<V, C: RedisValue<V>> RedisCache<V, C> {
    /// A cache whose values live for so long.
    #[must_use]
    pub fn new(connections: RedisConnections, time_to_live: Duration) -> Self {
        let (fill, unforgotten, counters) = (Script::new(FILL), Arc::default(), UsageCounters::default());
        Self { connections, time_to_live, fill, unforgotten, counters, kind: PhantomData }
    }

    /// Looks a value up, or takes the lease on it.
    async fn ask(&self, id: Uuid) -> LookUp<V> {
        if self.unforgotten.contains(id) {
            return LookUp::Bypass;
        }
        let lease = new_lease();
        let found = self
            .connections
            .run(|mut connection| async move {
                let found: Option<Vec<u8>> = connection.get(Self::key(id)).await?;
                if let Some(entry) = found {
                    return Ok(Found::Entry(entry));
                }
                let options = SetOptions::default()
                    .conditional_set(ExistenceCheck::NX)
                    .with_expiration(SetExpiry::PX(u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX)));
                let taken: Option<String> = connection.set_options(Self::key(id), lease_entry(lease), options).await?;
                Ok(if taken.is_some() { Found::LeaseTaken } else { Found::Entry(Vec::new()) })
            })
            .await;
        match found {
            Ok(Found::LeaseTaken) => LookUp::Miss(FillPermit(lease)),
            Ok(Found::Entry(entry)) => match entry.split_first() {
                Some((&VALUE, bytes)) => C::decode(bytes).map_or(LookUp::Bypass, LookUp::Hit),
                _ => LookUp::Bypass,
            },
            Err(error) => {
                error.log("redis_get_failed");
                self.counters.failed();
                LookUp::Bypass
            }
        }
    }

    fn key(id: Uuid) -> String {
        format!("{}:{id}", C::NAMESPACE)
    }

    async fn delete(connections: &RedisConnections, id: Uuid) -> Result<(), RedisCommandError> {
        connections.run(|mut connection| async move { connection.del(Self::key(id)).await }).await
    }

    /// Forgets again and again, until Redis has heard it or every value that was there has expired by itself.
    fn keep_forgetting(&self, id: Uuid) {
        let connections = self.connections.clone();
        let guard = self.unforgotten.add(id);
        let patience = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(Duration::from_secs(1))
            .without_max_times()
            .with_total_delay(Some(self.time_to_live + LEASE))
            .build();
        let keep_trying = async move {
            if let Err(error) = (|| Self::delete(&connections, id)).retry(patience).await {
                error.log("redis_delete_given_up");
            }
            drop(guard);
        };
        self.connections.runtime().spawn(keep_trying.in_current_span());
    }
}

#[async_trait]
impl<V: Send + Sync + 'static, C: RedisValue<V> + 'static> Cache<V> for RedisCache<V, C> {
    async fn look_up(&self, id: Uuid) -> LookUp<V> {
        self.counters.looked_up(self.ask(id).await)
    }

    async fn fill(&self, id: Uuid, permit: FillPermit, value: &V) {
        let Some(bytes) = C::encode(value) else { return };
        let entry = [&[VALUE][..], &bytes].concat();
        let milliseconds = u64::try_from(self.time_to_live.as_millis()).unwrap_or(u64::MAX);
        let mut invocation = self.fill.key(Self::key(id));
        invocation.arg(lease_entry(permit.0)).arg(entry).arg(milliseconds);
        let filled =
            self.connections.run(|mut connection| async move { invocation.invoke_async::<bool>(&mut connection).await }).await;
        if let Err(error) = filled {
            error.log("redis_set_failed");
            self.counters.failed();
        }
    }

    async fn forget(&self, id: Uuid) {
        if let Err(error) = Self::delete(&self.connections, id).await {
            error.log("redis_delete_failed");
            self.counters.failed();
            self.keep_forgetting(id);
        }
    }

    fn usage(&self) -> CacheUsage {
        self.counters.usage()
    }
}

enum Found {
    Entry(Vec<u8>),
    LeaseTaken,
}

#[expect(clippy::disallowed_methods, reason = "the mark of a lease is no id of the domain's")]
fn new_lease() -> u128 {
    Uuid::new_v4().as_u128()
}

fn lease_entry(lease: u128) -> Vec<u8> {
    [&[LEASE_MARK][..], &lease.to_be_bytes()].concat()
}

/// The ids that Redis has not heard yet to forget; until it has, this server does not look them up there.
#[derive(Default)]
struct Unforgotten(Mutex<HashMap<Uuid, usize>>);

impl Unforgotten {
    fn add(self: &Arc<Self>, id: Uuid) -> UnforgottenGuard {
        *self.ids().entry(id).or_default() += 1;
        UnforgottenGuard { all: Arc::clone(self), id }
    }

    fn contains(&self, id: Uuid) -> bool {
        self.ids().contains_key(&id)
    }

    fn ids(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct UnforgottenGuard {
    all: Arc<Unforgotten>,
    id: Uuid,
}

impl Drop for UnforgottenGuard {
    fn drop(&mut self) {
        let mut ids = self.all.ids();
        if let Some(count) = ids.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                ids.remove(&self.id);
            }
        }
    }
}
