//! SQL on PostgreSQL and SQLite behind one set of queries.
//!
//! A repository holds a [`Session`], takes a connection from it ([`Session::look_up`], [`Session::read`], [`Session::write`]) and runs a diesel query on
//! it with [`with_connection!`](crate::with_connection), which compiles the one query for both databases. What a query
//! answers is a [`SqlError`] where it failed, which tells the violated rules of the schema from failures of the machinery.
//!
//! A [`ListQuery`] is a page of a list as SQL. A [`SqlUnitOfWork`] binds repositories to one transaction.

mod connection;
mod error;
mod fragment;
mod list;
mod migrations;
mod pipeline;
mod pools;
mod postgres;
mod prepared;
mod query_spans;
mod session;
mod sqlite;
mod tls;
mod transaction;
mod types;
mod unit_of_work;
mod url;
mod workers_own;

pub use connection::{Connection, LeasedConnection};
pub use error::SqlError;
pub use fragment::{SqlFragment, SqlStatement};
pub use list::{ListColumn, ListQuery, condition};
pub use migrations::MigrationError;
pub use pipeline::PipelinedConnection;
pub use pools::{ConnectError, Database};
pub use prepared::Prepared;
pub use session::{Session, SessionConnection, StatementConnection};
pub use sqlite::SqliteAsyncConnection;
pub use transaction::Together;
pub use types::{DbTimestamp, DbUuid, SqlTimestamp, SqlUuid, corrupt, revision};
pub use unit_of_work::{AfterCommit, SqlUnitOfWork, UnitScope};
pub use url::{DatabaseUrl, InvalidDatabaseUrl, PostgresUrl};

use std::time::Duration;

/// How long one statement may take before its caller is told that the database is unavailable.
const STATEMENT_LIMIT: Duration = Duration::from_millis(2_500);

/// How long a caller waits for a connection of the pool, or for a new one to be made.
const CONNECTION_LIMIT: Duration = Duration::from_secs(2);

/// Holds a query to the time limit of a statement. It is public for [`with_connection!`](crate::with_connection) alone.
#[doc(hidden)]
pub async fn within_limit<T>(query: impl Future<Output = T>) -> Result<T, tokio::time::error::Elapsed> {
    tokio::time::timeout(STATEMENT_LIMIT, query).await
}

/// Runs one query, written once, on a connection of either database, and answers with `Result<_, SqlError>`.
///
/// ```text
/// with_connection!(self.session.look_up().await?, |connection| {
///     books::table.find(SqlUuid::new(id)).get_result::<BookRow>(connection).await.optional()
/// })
/// ```
///
/// Where the SQL itself differs, a pair says what it is on PostgreSQL and what on SQLite:
///
/// ```text
/// with_connection!(self.session.write().await?, |connection, statement = (ON_POSTGRES, ON_SQLITE)| {
///     sql_query(statement).execute(connection).await
/// })
/// ```
#[macro_export]
macro_rules! with_connection {
    ($session_connection:expr, |$connection:ident| $query:expr) => {
        $crate::with_connection!($session_connection, |$connection, _same = ((), ())| $query)
    };
    ($session_connection:expr, |$connection:ident, $differing:ident = ($on_postgres:expr, $on_sqlite:expr)| $query:expr) => {{
        let mut session_connection = $session_connection;
        #[allow(unused_braces, reason = "a query of several lines reads better in braces of its own")]
        let outcome = match session_connection.start_statement() {
            $crate::database::StatementConnection::Postgres(mut connection) => {
                let ($connection, $differing) = (&mut connection, $on_postgres);
                $crate::database::within_limit(async { $query }).await
            }
            $crate::database::StatementConnection::Sqlite(connection) => {
                let ($connection, $differing) = (connection, $on_sqlite);
                $crate::database::within_limit(async { $query }).await
            }
        };
        session_connection.finish_statement(outcome)
    }};
}
