use super::{Cache, LookUp};
use crate::database::AfterCommit;
use library_shared_domain::DependencyError;
use std::sync::Arc;
use uuid::Uuid;

/// What a cached repository does with its cache: answers look-ups by id from it, and forgets what has changed.
pub struct ReadThrough<V> {
    cache: Arc<dyn Cache<V>>,
    invalidation: Invalidation,
}

/// When what has changed is forgotten.
#[derive(Clone)]
pub enum Invalidation {
    /// At once: each statement of the repository is a transaction of its own.
    Immediate,
    /// After the commit of the unit of work that the repository belongs to. Until then it does not read from the cache, either.
    AfterCommit(AfterCommit),
}

impl<V: 'static> ReadThrough<V> {
    /// Reads through this cache.
    pub fn new(cache: Arc<dyn Cache<V>>, invalidation: Invalidation) -> Self {
        Self { cache, invalidation }
    }

    /// The value of this id: from the cache, or else from the store, which is asked by what `load` makes: to make a future that nobody awaits would
    /// cost most hits more than to look the value up.
    ///
    /// # Errors
    /// Only those of the store.
    pub async fn find<Load>(&self, id: Uuid, load: impl FnOnce() -> Load + Send) -> Result<Option<V>, DependencyError>
    where
        Load: Future<Output = Result<Option<V>, DependencyError>> + Send,
    {
        if matches!(self.invalidation, Invalidation::AfterCommit(_)) {
            return load().await;
        }
        match self.cache.look_up(id).await {
            LookUp::Hit(value) => Ok(Some(value)),
            LookUp::Bypass => load().await,
            LookUp::Miss(permit) => {
                let found = load().await?;
                if let Some(value) = &found {
                    self.cache.fill(id, permit, value).await;
                }
                Ok(found)
            }
        }
    }

    /// Forgets a changed value, when it is time. A change that was not confirmed may have happened all the same: forget it, too.
    pub async fn forget(&self, id: Uuid) {
        match &self.invalidation {
            Invalidation::Immediate => self.cache.forget(id).await,
            Invalidation::AfterCommit(after_commit) => {
                let cache = Arc::clone(&self.cache);
                after_commit.push(async move { cache.forget(id).await });
            }
        }
    }
}
