use super::{Connection, Database, LeasedConnection, SqlError};
use diesel::result::Error as DieselError;
use library_shared_domain::DependencyError;
use std::sync::Weak;
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::error::Elapsed,
};

/// Where a repository's statements go: each to a connection of its own, or all into one transaction.
#[derive(Clone)]
pub enum Session {
    /// Every statement is a transaction of its own.
    Pool(Database),
    /// Every statement belongs to this transaction. The session does not keep it open: once it is finished, statements fail.
    Transaction(Weak<Mutex<LeasedConnection>>),
}

impl Session {
    /// A connection for a statement that only reads.
    ///
    /// # Errors
    /// Where none is to be had in time.
    pub async fn read(&self) -> Result<SessionConnection, DependencyError> {
        match self {
            Self::Pool(database) => database.reader().await.map(SessionConnection::Own),
            Self::Transaction(lease) => Self::shared(lease).await,
        }
    }

    /// A connection for a statement that writes.
    ///
    /// # Errors
    /// Where none is to be had in time.
    pub async fn write(&self) -> Result<SessionConnection, DependencyError> {
        match self {
            Self::Pool(database) => database.writer().await.map(SessionConnection::Own),
            Self::Transaction(lease) => Self::shared(lease).await,
        }
    }

    async fn shared(lease: &Weak<Mutex<LeasedConnection>>) -> Result<SessionConnection, DependencyError> {
        let lease = lease.upgrade().ok_or_else(|| DependencyError::failed("database", "the unit of work is finished"))?;
        Ok(SessionConnection::Shared(lease.lock_owned().await))
    }
}

impl From<Database> for Session {
    fn from(database: Database) -> Self {
        Self::Pool(database)
    }
}

/// A connection of a session, for [`with_connection!`](crate::with_connection).
#[expect(clippy::large_enum_variant, reason = "a box would cost an allocation for every statement")]
pub enum SessionConnection {
    /// It is this statement's own.
    Own(LeasedConnection),
    /// It is the transaction's, and this statement's turn.
    Shared(OwnedMutexGuard<LeasedConnection>),
}

impl SessionConnection {
    /// The connection, for one statement.
    #[doc(hidden)]
    pub fn start_statement(&mut self) -> &mut Connection {
        match self {
            Self::Own(lease) => lease.start_statement(),
            Self::Shared(lease) => lease.start_statement(),
        }
    }

    /// Notes how the statement ended.
    ///
    /// # Errors
    /// That of the statement.
    #[doc(hidden)]
    pub fn finish_statement<T>(&mut self, outcome: Result<Result<T, DieselError>, Elapsed>) -> Result<T, SqlError> {
        match self {
            Self::Own(lease) => lease.finish_statement(outcome),
            Self::Shared(lease) => lease.finish_statement(outcome),
        }
    }
}
