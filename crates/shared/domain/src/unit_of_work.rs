use crate::DependencyError;
use async_trait::async_trait;
use std::ops::Deref;

/// The port that makes what several repositories do one change: all of it, or nothing.
///
/// `R` is a plain struct of the repositories that one kind of work spans; a use case states it and says nothing of how it is
/// bound to a transaction.
#[async_trait]
pub trait UnitOfWork<R>: Send + Sync {
    /// Begins a unit.
    ///
    /// # Errors
    /// Where the store is away or has no room for another transaction within its time limit.
    async fn begin(&self) -> Result<Unit<R>, DependencyError>;
}

/// A unit of work under way. It derefs to the repositories; dropped without [`commit`](Self::commit), it is rolled back.
pub struct Unit<R> {
    repositories: R,
    transaction: Box<dyn Transaction>,
}

impl<R> Unit<R> {
    /// Binds repositories to the transaction that they work in.
    pub fn new(repositories: R, transaction: impl Transaction + 'static) -> Self {
        Self { repositories, transaction: Box::new(transaction) }
    }

    /// Makes the changes last. Afterwards the repositories are finished, too.
    ///
    /// # Errors
    /// Where the store did not confirm the commit. A store that was lost in this very moment may have committed all the same.
    pub async fn commit(self) -> Result<(), DependencyError> {
        self.transaction.commit().await
    }
}

impl<R> Deref for Unit<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.repositories
    }
}

/// What an adapter's transaction can do for [`Unit`]: dropped, it is rolled back.
#[async_trait]
pub trait Transaction: Send {
    /// Makes the changes last.
    ///
    /// # Errors
    /// Where the store did not confirm the commit.
    async fn commit(self: Box<Self>) -> Result<(), DependencyError>;
}
