use super::{
    InMemoryLibrary,
    store::{OpenTransaction, Store},
};
use async_trait::async_trait;
use library_shared_domain::{DependencyError, Transaction, Unit, UnitOfWork};

/// Takes the repositories of one kind of work from a library.
type Bind<R> = Box<dyn Fn(&InMemoryLibrary) -> R + Send + Sync>;

/// Units of work on a copy of the state, which takes the state's place on commit. One is open at a time.
pub(super) struct MemoryUnitOfWork<R> {
    store: Store,
    bind: Bind<R>,
}

impl<R> MemoryUnitOfWork<R> {
    pub(super) fn new(store: Store, bind: Bind<R>) -> Self {
        Self { store, bind }
    }
}

#[async_trait]
impl<R: Send> UnitOfWork<R> for MemoryUnitOfWork<R> {
    async fn begin(&self) -> Result<Unit<R>, DependencyError> {
        let transaction = self.store.begin().await?;
        let repositories = (self.bind)(&InMemoryLibrary::over(transaction.store()));
        Ok(Unit::new(repositories, MemoryTransaction(transaction)))
    }
}

struct MemoryTransaction(OpenTransaction);

#[async_trait]
impl Transaction for MemoryTransaction {
    async fn commit(self: Box<Self>) -> Result<(), DependencyError> {
        self.0.commit()
    }
}
