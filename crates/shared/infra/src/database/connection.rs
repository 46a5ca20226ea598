use super::{SqlError, SqliteAsyncConnection};
use diesel::result::Error as DieselError;
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, TransactionManager, pooled_connection::deadpool::Object,
};
use library_shared_domain::error_chain;
use tokio::{runtime::Handle, time::error::Elapsed};
use tracing::Instrument;

/// A pooled connection to either database.
#[expect(clippy::large_enum_variant, reason = "a box would cost an allocation for every statement")]
pub enum Connection {
    /// To PostgreSQL.
    Postgres(Object<AsyncPgConnection>),
    /// To SQLite.
    Sqlite(Object<SqliteAsyncConnection>),
}

impl Connection {
    /// Takes the connection out of its pool and closes it.
    fn close(self) {
        match self {
            Self::Postgres(object) => drop(Object::take(object)),
            Self::Sqlite(object) => drop(Object::take(object)),
        }
    }

    pub(super) async fn begin(&mut self) -> Result<(), DieselError> {
        match self {
            Self::Postgres(object) => AnsiTransactionManager::begin_transaction(&mut **object).await,
            // A transaction that will write takes SQLite's write lock at once: one that read first and then finds the lock
            // taken could not wait for it.
            Self::Sqlite(object) => {
                object
                    .spawn_blocking(|connection| {
                        diesel::connection::AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
                    })
                    .await
            }
        }
    }

    pub(super) async fn commit(&mut self) -> Result<(), DieselError> {
        match self {
            Self::Postgres(object) => AnsiTransactionManager::commit_transaction(&mut **object).await,
            Self::Sqlite(object) => {
                <SqliteAsyncConnection as AsyncConnection>::TransactionManager::commit_transaction(&mut **object).await
            }
        }
    }

    async fn roll_back(&mut self) -> Result<(), DieselError> {
        match self {
            Self::Postgres(object) => AnsiTransactionManager::rollback_transaction(&mut **object).await,
            Self::Sqlite(object) => {
                <SqliteAsyncConnection as AsyncConnection>::TransactionManager::rollback_transaction(&mut **object).await
            }
        }
    }
}

/// A connection that goes back to its pool only in a state in which the next user can have it: dropped in the middle of a statement
/// it is closed, dropped in a transaction it is rolled back first.
pub struct LeasedConnection {
    connection: Option<Connection>,
    in_statement: bool,
    in_transaction: bool,
    /// A statement of it ran out of time, and may still run.
    is_lost: bool,
}

impl LeasedConnection {
    pub(super) const fn new(connection: Connection) -> Self {
        Self { connection: Some(connection), in_statement: false, in_transaction: false, is_lost: false }
    }

    /// Notes that a transaction is open from the next statement on.
    pub(super) const fn enter_transaction(&mut self) {
        self.in_transaction = true;
    }

    /// Notes that the transaction has been committed.
    pub(super) const fn leave_transaction(&mut self) {
        self.in_transaction = false;
    }

    /// The connection, for one statement.
    ///
    /// # Panics
    /// Never: a lease holds its connection until it is dropped.
    pub fn start_statement(&mut self) -> &mut Connection {
        self.in_statement = true;
        self.connection.as_mut().expect("a lease holds its connection until it is dropped")
    }

    /// Notes how the statement ended: one whose time was up may still run, and the connection is lost.
    ///
    /// # Errors
    /// That of the statement.
    pub fn finish_statement<T>(&mut self, outcome: Result<Result<T, DieselError>, Elapsed>) -> Result<T, SqlError> {
        self.in_statement = false;
        self.is_lost |= outcome.is_err();
        outcome.map_err(|_| SqlError::timed_out())?.map_err(SqlError::from)
    }
}

impl Drop for LeasedConnection {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let is_idle = !self.in_statement && !self.is_lost;
        match Handle::try_current() {
            _ if is_idle && !self.in_transaction => drop(connection),
            Ok(runtime) if is_idle => drop(runtime.spawn(return_rolled_back(connection).in_current_span())),
            _ => connection.close(),
        }
    }
}

/// Rolls back and lets the connection go back to its pool; one that cannot be rolled back in time is closed.
async fn return_rolled_back(connection: Connection) {
    let mut lease = LeasedConnection::new(connection);
    let outcome = super::within_limit(lease.start_statement().roll_back()).await;
    if let Err(error) = lease.finish_statement(outcome) {
        tracing::warn!(error = error_chain(&error), "transaction_rollback_failed");
        lease.is_lost = true;
    }
}
