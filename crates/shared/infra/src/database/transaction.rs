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

/// Several statements of one repository that belong together: a transaction of their own, or part of the unit of work that the
/// repository belongs to.
pub struct Together {
    own: Option<SqlTransaction>,
    session: Session,
}

impl Session {
    /// Begins statements that belong together: all of them last, or none. Dropped without
    /// [`commit`](Together::commit), they are rolled back; within a unit of work, the unit decides.
    ///
    /// # Errors
    /// Where no connection is to be had in time.
    pub async fn together(&self) -> Result<Together, DependencyError> {
        match self {
            Self::Pool(database) => {
                let transaction = SqlTransaction::begin(database).await?;
                Ok(Together { session: transaction.session(), own: Some(transaction) })
            }
            Self::Transaction(_) => Ok(Together { own: None, session: self.clone() }),
        }
    }
}

impl Together {
    /// Where the statements go.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Makes the statements last.
    ///
    /// # Errors
    /// Where the database did not confirm it.
    pub async fn commit(self) -> Result<(), DependencyError> {
        match self.own {
            Some(transaction) => transaction.commit().await.map_err(Into::into),
            None => Ok(()),
        }
    }
}
