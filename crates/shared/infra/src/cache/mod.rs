//! Values of one kind, kept by id for a while, so that the database need not answer again.
//!
//! A cache is correct if a reader never sees a value older than the last write that was acknowledged before the reader began; where another server wrote,
//! and there is a level in the process above Redis, than the last of them at most [`KeyTracking::LAG`](crate::redis::KeyTracking::LAG) ago. Two
//! rules make it so: who writes forgets the value after the commit, and who read a value from the database may fill it in only
//! if nobody has forgotten the id since that reader looked it up, which its [`FillPermit`] proves.
//!
//! Absence is never cached, and nothing inside a unit of work is.

mod in_process;
mod near;
mod read_through;
mod redis;
mod usage;
mod values;

pub use in_process::InProcessCache;
pub use near::{NearCache, NearValues};
pub use read_through::{Invalidation, ReadThrough};
pub use redis::{RedisCache, RedisValue};
pub use usage::CacheUsage;

use async_trait::async_trait;
use uuid::Uuid;

/// The port of a cache. It never fails: a cache that is away has nothing, and the database answers.
#[async_trait]
pub trait Cache<V>: Send + Sync {
    /// Looks a value up.
    async fn look_up(&self, id: Uuid) -> LookUp<V>;

    /// Fills in the value that the database answered after a miss. Nothing happens where the id has been forgotten since.
    async fn fill(&self, id: Uuid, permit: FillPermit, value: &V);

    /// Forgets a value, after the commit of a change to it. This server does not see it again, even where the cache is away at
    /// this moment; others do until the cache has heard it and has told them, or the value has expired.
    async fn forget(&self, id: Uuid);

    /// How it has been used so far.
    fn usage(&self) -> CacheUsage;
}

/// What a look-up found.
#[derive(Debug, PartialEq, Eq)]
pub enum LookUp<V> {
    /// The value.
    Hit(V),
    /// Nothing; who asks the database may fill in its answer.
    Miss(FillPermit),
    /// Nothing, and the database's answer is not to be filled in: another reader does so already, or the cache is away.
    Bypass,
}

/// The right to fill in a value, as long as nobody forgets the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillPermit(u128);
