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
    iter,
    num::NonZeroUsize,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
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

/// How many connections a process has to PostgreSQL that all of it shares.
const POSTGRES_CONNECTIONS: usize = 16;

/// How many connections the workers of a process have together that are each worker's own, and how many one has at least.
const POSTGRES_READERS: usize = 16;
const POSTGRES_READERS_OF_ONE: usize = 2;

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
    Postgres { shared: Connections<AsyncPgConnection>, readers: PostgresReaders },
    Sqlite { readers: Connections<SqliteAsyncConnection>, writer: Connections<SqliteAsyncConnection>, _anchor: Option<Anchor> },
}

type Pool<C> = managed::Pool<AsyncDieselConnectionManager<C>>;

type Connections<C> = MeasuredPool<AsyncDieselConnectionManager<C>>;

/// The connections that workers read over, each over its own.
///
/// A connection is served by a task, and where that runs on another thread than who asks, each statement costs two changes of threads. So
/// those of a worker are served on its thread, and used there alone: they end with it.
#[derive(Clone)]
struct PostgresReaders {
    own: Option<(ThreadId, Connections<AsyncPgConnection>)>,
    /// Those of all workers.
    all: Arc<Mutex<Vec<Connections<AsyncPgConnection>>>>,
}

impl PostgresReaders {
    /// Those of the worker whose thread this is.
    fn here(&self) -> Option<&Connections<AsyncPgConnection>> {
        self.own.as_ref().filter(|(thread, _)| *thread == thread::current().id()).map(|(_, pool)| pool)
    }

    /// Gives the worker whose thread this is a pool of its own.
    fn add_here(&mut self, pool: Pool<AsyncPgConnection>) {
        let mut all = self.all();
        let pool = match all.as_slice() {
            [first, ..] => first.beside(pool),
            [] => MeasuredPool::new("postgres_readers", pool),
        };
        all.push(pool.clone());
        drop(all);
        self.own = Some((thread::current().id(), pool));
    }

    fn all(&self) -> MutexGuard<'_, Vec<Connections<AsyncPgConnection>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
            Address::Postgres(address) => postgres_pool(address, POSTGRES_CONNECTIONS).map(|pool| Pools::Postgres {
                shared: MeasuredPool::new("postgres", pool),
                readers: PostgresReaders { own: None, all: Arc::default() },
            }),
            Address::Sqlite(path) => sqlite_pools(path, anchor),
        };
        Ok(Self { url: url.clone(), address, pools: pools.map_err(|error| failed(error.to_string()))? })
    }

    /// The same database for the worker whose thread this is, one of so many: to PostgreSQL, it has connections of its own to read over. They
    /// are served on the runtime that this is called on.
    #[must_use]
    pub fn for_worker(&self, workers: NonZeroUsize) -> Self {
        let mut worker = self.clone();
        if let (Pools::Postgres { readers, .. }, Address::Postgres(address)) = (&mut worker.pools, &self.address) {
            let connections = (POSTGRES_READERS / workers).max(POSTGRES_READERS_OF_ONE);
            match postgres_pool(address, connections) {
                Ok(pool) => readers.add_here(pool),
                Err(error) => tracing::warn!(%error, "worker_reads_over_shared_connections"),
            }
        }
        worker
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
            Pools::Postgres { shared, readers } => {
                let readers = readers.all().iter().map(MeasuredPool::usage).reduce(|sum, one| sum.and(&one));
                iter::once(shared.usage()).chain(readers).collect()
            }
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
            Pools::Postgres { shared, readers } => {
                let pool = readers.here().unwrap_or(shared);
                Ok(LeasedConnection::new(Connection::Postgres(pool.get().await.map_err(unavailable)?)))
            }
            Pools::Sqlite { readers, .. } => {
                Ok(LeasedConnection::new(Connection::Sqlite(readers.get().await.map_err(unavailable)?)))
            }
        }
    }

    /// A connection for statements that write.
    pub(super) async fn writer(&self) -> Result<LeasedConnection, DependencyError> {
        match &self.pools {
            Pools::Postgres { shared, .. } => {
                Ok(LeasedConnection::new(Connection::Postgres(shared.get().await.map_err(unavailable)?)))
            }
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

fn postgres_pool(address: &PostgresAddress, connections: usize) -> Result<Pool<AsyncPgConnection>, BuildError> {
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
    pool(AsyncDieselConnectionManager::new_with_config("", config), connections)
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
    let readers = MeasuredPool::new("sqlite_readers", sqlite_pool(path, SQLITE_READERS)?);
    let writer = MeasuredPool::new("sqlite_writer", sqlite_pool(path, 1)?);
    Ok(Pools::Sqlite { readers, writer, _anchor: anchor })
}

fn sqlite_pool(path: &str, connections: usize) -> Result<Pool<SqliteAsyncConnection>, BuildError> {
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
    pool(AsyncDieselConnectionManager::new_with_config(path, config), connections)
}

fn pool<M: managed::Manager>(manager: M, connections: usize) -> Result<managed::Pool<M>, BuildError> {
    managed::Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECTION_LIMIT))
        .create_timeout(Some(CONNECTION_LIMIT))
        .recycle_timeout(Some(CONNECTION_LIMIT))
        .build()
}
