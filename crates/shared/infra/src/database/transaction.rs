use super::{Database, LeasedConnection, Session, SqlError, within_limit};
use library_shared_domain::DependencyError;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A transaction under way: dropped without a commit, it is rolled back.
pub(super) struct SqlTransaction(Arc<Mutex<LeasedConnection>>);

impl SqlTransaction {
    pub(super) async fn begin(database: &Database) -> Result<Self, DependencyError> {
        let mut lease = database.writer().await?;
        // Before the BEGIN, so that a caller who leaves in the middle of it leaves no open transaction in the pool.
        lease.enter_transaction();
        let outcome = within_limit(lease.start_statement().begin()).await;
        lease.finish_statement(outcome)?;
        Ok(Self(Arc::new(Mutex::new(lease))))
    }

    pub(super) fn session(&self) -> Session {
        Session::Transaction(Arc::downgrade(&self.0))
    }

    pub(super) async fn commit(self) -> Result<(), SqlError> {
        let mut lease = self.0.lock().await;
        let outcome = within_limit(lease.start_statement().commit()).await;
        lease.finish_statement(outcome)?;
        lease.leave_transaction();
        Ok(())
    }
}
