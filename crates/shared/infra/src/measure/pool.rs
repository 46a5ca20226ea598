use super::{DurationCounts, DurationHistogram};
use deadpool::managed::{Manager, Object, Pool, PoolError};
use std::sync::Arc;

/// How a pool of connections is used at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolUsage {
    /// Which pool.
    pub pool: &'static str,
    /// How many connections it may have.
    pub limit: usize,
    /// How many it has.
    pub connections: usize,
    /// How many of these somebody uses.
    pub in_use: usize,
    /// How many callers wait for one.
    pub waiting: usize,
    /// How long callers waited, those who gave up included; the making of a connection is part of it.
    pub waits: DurationCounts,
}

impl PoolUsage {
    /// How this pool and another are used together, whose waits are counted with this one's.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            limit: self.limit + other.limit,
            connections: self.connections + other.connections,
            in_use: self.in_use + other.in_use,
            waiting: self.waiting + other.waiting,
            ..self
        }
    }
}

/// A pool that notes how long its callers wait. Clones share it.
pub struct MeasuredPool<M: Manager, W: From<Object<M>> = Object<M>> {
    name: &'static str,
    pool: Pool<M, W>,
    waits: Arc<DurationHistogram>,
}

impl<M: Manager, W: From<Object<M>>> MeasuredPool<M, W> {
    pub fn new(name: &'static str, pool: Pool<M, W>) -> Self {
        Self { name, pool, waits: Arc::default() }
    }

    /// Another pool, of which is told together with this one: the waits of both are one histogram.
    pub fn beside(&self, pool: Pool<M, W>) -> Self {
        Self { name: self.name, pool, waits: Arc::clone(&self.waits) }
    }

    /// A connection, as soon as there is one.
    pub async fn get(&self) -> Result<W, PoolError<M::Error>> {
        let _wait = self.waits.start();
        self.pool.get().await
    }

    /// Closes the connections that nobody uses.
    pub fn clear(&self) {
        self.retain(|_| false);
    }

    /// Closes those of the connections that nobody uses which are not to be kept.
    pub fn retain(&self, is_kept: impl Fn(&M::Type) -> bool) {
        self.pool.retain(|connection, _| is_kept(connection));
    }

    pub fn usage(&self) -> PoolUsage {
        let status = self.pool.status();
        PoolUsage {
            pool: self.name,
            limit: status.max_size,
            connections: status.size,
            in_use: status.size.saturating_sub(status.available),
            waiting: status.waiting,
            waits: self.waits.counts(),
        }
    }
}

impl<M: Manager, W: From<Object<M>>> Clone for MeasuredPool<M, W> {
    fn clone(&self) -> Self {
        Self { name: self.name, pool: self.pool.clone(), waits: Arc::clone(&self.waits) }
    }
}
