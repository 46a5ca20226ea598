use super::{Database, Session, transaction::SqlTransaction};
use async_trait::async_trait;
use futures_util::{FutureExt, future::BoxFuture};
use library_shared_domain::{DependencyError, Transaction, Unit, UnitOfWork};
use std::sync::{Arc, Mutex, PoisonError};

/// Binds repositories to one SQL transaction. How is told by a function, which is written where concrete adapters meet:
/// `SqlUnitOfWork::new(database, |scope| Registration { members: …(scope.session()), … })`.
pub struct SqlUnitOfWork<F> {
    database: Database,
    bind: F,
}

impl<F> SqlUnitOfWork<F> {
    /// Units on this database, whose repositories this function makes.
    pub const fn new(database: Database, bind: F) -> Self {
        Self { database, bind }
    }
}

#[async_trait]
impl<R, F> UnitOfWork<R> for SqlUnitOfWork<F>
where
    R: Send + 'static,
    F: Fn(&UnitScope) -> R + Send + Sync,
{
    async fn begin(&self) -> Result<Unit<R>, DependencyError> {
        let transaction = SqlTransaction::begin(&self.database).await?;
        let scope = UnitScope { session: transaction.session(), after_commit: AfterCommit::default() };
        let repositories = (self.bind)(&scope);
        Ok(Unit::new(repositories, SqlUnit { transaction, after_commit: scope.after_commit }))
    }
}

/// What the repositories of one unit share.
#[derive(Clone)]
pub struct UnitScope {
    session: Session,
    after_commit: AfterCommit,
}

impl UnitScope {
    /// Where their statements go: into the unit's transaction.
    #[must_use]
    pub fn session(&self) -> Session {
        self.session.clone()
    }

    /// Where they leave what has to happen once the transaction is committed.
    #[must_use]
    pub fn after_commit(&self) -> AfterCommit {
        self.after_commit.clone()
    }
}

/// What has to happen once a transaction is committed, such as forgetting cached values that it changed.
#[derive(Clone, Default)]
pub struct AfterCommit(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl AfterCommit {
    /// Adds something to happen after the commit.
    pub fn push(&self, action: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(action.boxed());
    }

    async fn run(self) {
        let actions = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for action in actions {
            action.await;
        }
    }
}

struct SqlUnit {
    transaction: SqlTransaction,
    after_commit: AfterCommit,
}

#[async_trait]
impl Transaction for SqlUnit {
    async fn commit(self: Box<Self>) -> Result<(), DependencyError> {
        let outcome = self.transaction.commit().await;
        // A commit that was not confirmed may have happened all the same; to forget a cached value too often does no harm.
        self.after_commit.run().await;
        outcome.map_err(Into::into)
    }
}
