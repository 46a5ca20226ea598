use super::{
    CONNECTION_LIMIT, Connection, DatabaseUrl, LeasedConnection, SessionConnection, SqliteAsyncConnection,
    query_spans::QuerySpans,
};
use crate::{
    measure::{MeasuredPool, PoolUsage},
    with_connection,
};
use deadpool::{
    Runtime,
    managed::{self, BuildError},
};
use diesel::{Connection as _, ConnectionError, SqliteConnection, dsl::sql_query};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::PoolError},
};
use futures_util::FutureExt;
use library_shared_domain::DependencyError;
use std::{
    error::Error as _,
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::runtime::Handle;
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

/// How long a start waits for the database.
pub(super) const REACHABLE_LIMIT: Duration = Duration::from_secs(5);

/// How long to wait before a SQLite file that is locked is opened again.
const LOCKED_PAUSE: Duration = Duration::from_millis(50);

/// How many connections a server has to PostgreSQL.
const POSTGRES_CONNECTIONS: usize = 16;

/// How many connections read from a SQLite file. There is one more that writes: several would only wait for each other's lock,
/// and longer than in a queue.
const SQLITE_READERS: usize = 8;

/// The server's own limits, a little above ours, so that what a caller has given up on does not run on for long.
const POSTGRES_SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '10s'; SET TIME ZONE 'UTC';";

/// `synchronous = full` keeps what was acknowledged through a power failure; `secure_delete` overwrites what was deleted, which may
/// be personal.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on; PRAGMA secure_delete = on;";

/// The connections to one database. Clones share them.
#[derive(Clone)]
pub struct Database {
    url: DatabaseUrl,
    address: Address,
    pools: Pools,
}

/// What a connection is opened with.
#[derive(Clone)]
pub(super) enum Address {
    Postgres(PostgresAddress),
    Sqlite(String),
}

/// What a connection to PostgreSQL is opened and encrypted with.
#[derive(Clone)]
pub(super) struct PostgresAddress {
    config: Arc<tokio_postgres::Config>,
    tls: MakeRustlsConnect,
}

impl PostgresAddress {
    /// Opens a connection, whose driver runs on the runtime that this is called on.
    pub(super) async fn connect(self) -> Result<AsyncPgConnection, ConnectionError> {
        let (client, driver) = self.config.connect(self.tls).await.map_err(|error| refused(&error))?;
        AsyncPgConnection::try_from_client_and_connection(client, driver).await
    }
}

#[derive(Clone)]
enum Pools {
    Postgres(Connections<AsyncPgConnection>),
    Sqlite { readers: Connections<SqliteAsyncConnection>, writer: Connections<SqliteAsyncConnection>, _anchor: Option<Anchor> },
}

type Connections<C> = MeasuredPool<AsyncDieselConnectionManager<C>>;

/// A connection that keeps a database in memory alive while the pools have none.
type Anchor = Arc<Mutex<SqliteConnection>>;

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the database {database} cannot be reached: {reason}")]
pub struct ConnectError {
    /// Which, without its password.
    pub database: DatabaseUrl,
    /// Why.
    pub reason: String,
}

impl Database {
    /// Opens pools on the database. Connections are made when they are needed, always on the runtime that this is called on, so
    /// that they outlive the worker thread that asked for them.
    ///
    /// # Errors
    /// Where a database in memory cannot be opened, or the authorities of `sslrootcert` cannot be used.
    pub fn open(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let failed = |reason: String| ConnectError { database: url.clone(), reason };
        let (address, anchor) = match url {
            DatabaseUrl::Postgres(url) => {
                let tls = url.tls().connector().map_err(|error| failed(format!("sslrootcert {error}")))?;
                (Address::Postgres(PostgresAddress { config: url.config().clone(), tls }), None)
            }
            DatabaseUrl::SqliteFile(path) => {
                keep_for_owner(path);
                (Address::Sqlite(path.to_string_lossy().into_owned()), None)
            }
            DatabaseUrl::SqliteMemory => {
                #[expect(clippy::disallowed_methods, reason = "the name of a database in memory is no id of the domain's")]
                let name = format!("file:/library-{}?vfs=memdb", Uuid::new_v4());
                let anchor = SqliteConnection::establish(&name).map_err(|error| failed(error.to_string()))?;
                (Address::Sqlite(name), Some(Arc::new(Mutex::new(anchor))))
            }
        };
        let pools = match &address {
            Address::Postgres(address) => postgres_pool(address).map(Pools::Postgres),
            Address::Sqlite(path) => sqlite_pools(path, anchor),
        };
        Ok(Self { url: url.clone(), address, pools: pools.map_err(|error| failed(error.to_string()))? })
    }

    /// Makes sure, within five seconds, that the database is there and lets us in.
    ///
    /// # Errors
    /// Where it is not, or does not, with the reason.
    pub async fn check_reachable(&self) -> Result<(), ConnectError> {
        let failed = |reason: String| ConnectError { database: self.url.clone(), reason };
        match tokio::time::timeout(REACHABLE_LIMIT, self.first_connection()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failed(reason(&error))),
            Err(_) => Err(failed("it did not answer in time".to_owned())),
        }
    }

    /// A connection, where another server may be making the same new SQLite file at this moment: nobody waits in a queue for the lock that
    /// its journal is changed under.
    async fn first_connection(&self) -> Result<LeasedConnection, DependencyError> {
        loop {
            match self.writer().await {
                Err(error) if reason(&error).contains("database is locked") => tokio::time::sleep(LOCKED_PAUSE).await,
                outcome => return outcome,
            }
        }
    }

    /// Asks the database for something that it must be there to answer, over a connection of the pool that reads.
    ///
    /// # Errors
    /// Where it does not answer within the limits of a connection and a statement.
    pub async fn ping(&self) -> Result<(), DependencyError> {
        let connection = SessionConnection::Own(self.reader().await?);
        // A constant is no question to SQLite, which would answer it without a look at the file.
        with_connection!(connection, |connection, question = ("SELECT 1", "SELECT COUNT(*) FROM sqlite_schema")| {
            sql_query(question).execute(connection).await
        })?;
        Ok(())
    }

    /// How each of its pools is used now.
    #[must_use]
    pub fn usage(&self) -> Vec<PoolUsage> {
        match &self.pools {
            Pools::Postgres(pool) => vec![pool.usage()],
            Pools::Sqlite { readers, writer, .. } => vec![readers.usage(), writer.usage()],
        }
    }

    pub(super) const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    pub(super) const fn address(&self) -> &Address {
        &self.address
    }

    /// A connection for a statement that only reads.
    pub(super) async fn reader(&self) -> Result<LeasedConnection, DependencyError> {
        match &self.pools {
            Pools::Postgres(pool) => Ok(LeasedConnection::new(Connection::Postgres(pool.get().await.map_err(unavailable)?))),
            Pools::Sqlite { readers, .. } => {
                Ok(LeasedConnection::new(Connection::Sqlite(readers.get().await.map_err(unavailable)?)))
            }
        }
    }

    /// A connection for statements that write.
    pub(super) async fn writer(&self) -> Result<LeasedConnection, DependencyError> {
        match &self.pools {
            Pools::Postgres(_) => self.reader().await,
            Pools::Sqlite { writer, .. } => {
                Ok(LeasedConnection::new(Connection::Sqlite(writer.get().await.map_err(unavailable)?)))
            }
        }
    }
}

/// The innermost reason of an error: what the database or the network said.
fn reason(error: &DependencyError) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn unavailable(error: PoolError) -> DependencyError {
    DependencyError::unavailable("database", error)
}

fn postgres_pool(address: &PostgresAddress) -> Result<Connections<AsyncPgConnection>, BuildError> {
    let runtime = Handle::current();
    let mut config = ManagerConfig::<AsyncPgConnection>::default();
    // A query to test the connection before each use would halve the rate; one that turns out dead is closed.
    config.recycling_method = RecyclingMethod::Fast;
    let address = address.clone();
    config.custom_setup = Box::new(move |_| {
        let address = address.clone();
        // Aborted when its caller gives up: a server that accepts and stays silent would otherwise hold ever more sockets.
        let connecting = AbortOnDropHandle::new(runtime.spawn(async move {
            let mut connection = address.connect().await?;
            connection.batch_execute(POSTGRES_SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
            connection.set_instrumentation(QuerySpans::on("postgresql"));
            Ok(connection)
        }));
        connecting.map(|joined| joined.unwrap_or_else(|error| Err(ConnectionError::BadConnection(error.to_string())))).boxed()
    });
    // The address has no place in a URL.
    pool("postgres", AsyncDieselConnectionManager::new_with_config("", config), POSTGRES_CONNECTIONS)
}

/// Diesel keeps the text of a connection's error alone, so it has to say the reason beneath it, too.
fn refused(error: &tokio_postgres::Error) -> ConnectionError {
    let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    ConnectionError::BadConnection(format!("{error}{reason}"))
}

/// A database that does not exist yet is made for its owner alone: it holds members and the hashes of their passwords. What keeps it
/// from being made is told when it is opened.
fn keep_for_owner(path: &Path) {
    drop(OpenOptions::new().write(true).create_new(true).mode(0o600).open(path));
}

fn sqlite_pools(path: &str, anchor: Option<Anchor>) -> Result<Pools, BuildError> {
    let readers = sqlite_pool("sqlite_readers", path, SQLITE_READERS)?;
    Ok(Pools::Sqlite { readers, writer: sqlite_pool("sqlite_writer", path, 1)?, _anchor: anchor })
}

fn sqlite_pool(name: &'static str, path: &str, connections: usize) -> Result<Connections<SqliteAsyncConnection>, BuildError> {
    let mut config = ManagerConfig::<SqliteAsyncConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|path| {
        let path = path.to_owned();
        async move {
            let mut connection = SqliteAsyncConnection::establish(&path).await?;
            connection.batch_execute(SQLITE_SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
            connection.set_instrumentation(QuerySpans::on("sqlite"));
            Ok(connection)
        }
        .boxed()
    });
    pool(name, AsyncDieselConnectionManager::new_with_config(path, config), connections)
}

fn pool<M: managed::Manager>(name: &'static str, manager: M, connections: usize) -> Result<MeasuredPool<M>, BuildError> {
    let pool = managed::Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECTION_LIMIT))
        .create_timeout(Some(CONNECTION_LIMIT))
        .recycle_timeout(Some(CONNECTION_LIMIT))
        .build()?;
    Ok(MeasuredPool::new(name, pool))
}
