use super::{Connection, Database, LeasedConnection, PipelinedConnection, SqlError, SqliteAsyncConnection};
use diesel::result::Error as DieselError;
use diesel_async::AsyncPgConnection;
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

    /// A connection for a statement that finds at most one row by a key, and so is short however much there is. Such statements share one
    /// with others: one that takes longer would keep the others waiting.
    ///
    /// # Errors
    /// Where none is to be had in time.
    pub async fn look_up(&self) -> Result<SessionConnection, DependencyError> {
        match self {
            Self::Pool(database) => database.look_up().await,
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
    /// Other statements travel over it as well.
    Pipelined(PipelinedConnection),
}

/// What one statement is executed on.
pub enum StatementConnection<'a> {
    /// PostgreSQL. A reference is all that diesel needs, so that statements can share what is behind it.
    Postgres(&'a AsyncPgConnection),
    /// SQLite.
    Sqlite(&'a mut SqliteAsyncConnection),
}

impl SessionConnection {
    /// The connection, for one statement.
    #[doc(hidden)]
    pub fn start_statement(&mut self) -> StatementConnection<'_> {
        match self {
            Self::Own(lease) => lease.start_statement().into(),
            Self::Shared(lease) => lease.start_statement().into(),
            Self::Pipelined(pipelined) => StatementConnection::Postgres(pipelined.connection()),
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
            Self::Pipelined(pipelined) => pipelined.finish_statement(outcome),
        }
    }
}

impl<'a> From<&'a mut Connection> for StatementConnection<'a> {
    fn from(connection: &'a mut Connection) -> Self {
        match connection {
            Connection::Postgres(object) => Self::Postgres(object),
            Connection::Sqlite(object) => Self::Sqlite(object),
        }
    }
}
