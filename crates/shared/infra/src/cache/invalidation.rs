use super::Cache;
use crate::database::AfterCommit;
use std::sync::Arc;
use uuid::Uuid;

/// When a decorated repository forgets what it has changed.
#[derive(Clone)]
pub enum Invalidation {
    /// At once: each of its statements is a transaction of its own.
    Immediate,
    /// After the commit of the unit of work that it belongs to. Until then it does not read from the cache, either.
    AfterCommit(AfterCommit),
}

impl Invalidation {
    /// Whether reads may be answered from the cache.
    #[must_use]
    pub const fn allows_cached_reads(&self) -> bool {
        matches!(self, Self::Immediate)
    }

    /// Forgets a changed value, when it is time.
    pub async fn forget<V: 'static>(&self, cache: &Arc<dyn Cache<V>>, id: Uuid) {
        match self {
            Self::Immediate => cache.forget(id).await,
            Self::AfterCommit(after_commit) => {
                let cache = Arc::clone(cache);
                after_commit.push(async move { cache.forget(id).await });
            }
        }
    }
}
