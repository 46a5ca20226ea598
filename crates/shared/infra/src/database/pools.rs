use super::{
    CONNECTION_LIMIT, Connection, DatabaseUrl, LeasedConnection, PipelinedConnection, SessionConnection, SqliteAsyncConnection,
    pipeline::Pipelines,
    postgres::{PostgresAddress, postgres_pool},
    sqlite::{BlockingCalls, keep_for_owner, sqlite_pool},
    workers_own::WorkersOwn,
};
use crate::{
    measure::{MeasuredPool, PoolUsage},
    with_connection,
};
use deadpool::{
    Runtime,
    managed::{self, BuildError, PoolError},
};
use diesel::{Connection as _, SqliteConnection, dsl::sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, pooled_connection::AsyncDieselConnectionManager};
use library_shared_domain::DependencyError;
use std::{
    error::Error,
    iter,
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing::Level;
use uuid::Uuid;

/// How long a start waits for the database.
pub(super) const REACHABLE_LIMIT: Duration = Duration::from_secs(5);

/// How long to wait before a SQLite file that is locked is opened again.
const LOCKED_PAUSE: Duration = Duration::from_millis(50);

/// How many connections a process has to PostgreSQL that all of it shares.
const POSTGRES_CONNECTIONS: usize = 16;

/// How many connections the workers of a process have together that are each worker's own, and how many one has at least. Each has one more, which
/// its look-ups share.
const POSTGRES_READERS: usize = 16;
const POSTGRES_READERS_OF_ONE: usize = 2;

/// How many connections read from a SQLite file. There is one more that writes: several would only wait for each other's lock,
/// and longer than in a queue.
const SQLITE_READERS: usize = 8;

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

#[derive(Clone)]
enum Pools {
    Postgres(PostgresPools),
    Sqlite(SqlitePools),
}

/// Those of a worker are for statements that only read, and are answered before the worker ends.
#[derive(Clone)]
struct PostgresPools {
    shared: MeasuredPool<Manager<AsyncPgConnection>>,
    readers: WorkersOwn<Manager<AsyncPgConnection>>,
    pipelines: WorkersOwn<Pipelines>,
}

#[derive(Clone)]
struct SqlitePools {
    readers: MeasuredPool<Manager<SqliteAsyncConnection>>,
    writer: MeasuredPool<Manager<SqliteAsyncConnection>>,
    /// Those that a worker reads with on its own thread.
    inline: WorkersOwn<Manager<SqliteAsyncConnection>>,
    _anchor: Option<Anchor>,
}

type Manager<C> = AsyncDieselConnectionManager<C>;

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
                (Address::Postgres(PostgresAddress::new(url.config().clone(), tls)), None)
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
        let pools = Pools::open(&address, anchor).map_err(|error| failed(error.to_string()))?;
        Ok(Self { url: url.clone(), address, pools })
    }

    /// The same database for the worker whose thread this is, one of so many: it has connections of its own to read over, which are served on
    /// the runtime that this is called on.
    #[must_use]
    pub fn for_worker(&self, workers: NonZeroUsize) -> Self {
        let mut worker = self.clone();
        if let Err(error) = worker.add_own_pools(workers) {
            tracing::warn!(%error, "worker_reads_over_shared_connections");
        }
        worker
    }

    fn add_own_pools(&mut self, workers: NonZeroUsize) -> Result<(), BuildError> {
        match (&mut self.pools, &self.address) {
            (Pools::Postgres(pools), Address::Postgres(address)) => {
                let connections = (POSTGRES_READERS / workers).max(POSTGRES_READERS_OF_ONE);
                pools.readers.add_here("postgres_readers", postgres_pool(address, connections)?);
                // There would be no spans of what is asked over a pipeline.
                if !tracing::span_enabled!(Level::DEBUG) {
                    pools.pipelines.add_here("postgres_pipelines", Pipelines::pool_of_one(address)?);
                }
            }
            (Pools::Sqlite(pools), Address::Sqlite(path)) if matches!(self.url, DatabaseUrl::SqliteFile(_)) => {
                pools.inline.add_here("sqlite_inline", sqlite_pool(path, 1, BlockingCalls::Here)?);
            }
            // Who reads from a database in memory may have to wait for who writes to it: not on a worker's thread.
            _ => {}
        }
        Ok(())
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
            Pools::Postgres(PostgresPools { shared, readers, pipelines }) => {
                iter::once(shared.usage()).chain(readers.usage()).chain(pipelines.usage()).collect()
            }
            Pools::Sqlite(SqlitePools { readers, writer, inline, .. }) => {
                [readers.usage(), writer.usage()].into_iter().chain(inline.usage()).collect()
            }
        }
    }

    pub(super) const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    pub(super) const fn address(&self) -> &Address {
        &self.address
    }

    /// A connection for a short statement that only reads.
    pub(super) async fn look_up(&self) -> Result<SessionConnection, DependencyError> {
        match &self.pools {
            Pools::Postgres(PostgresPools { pipelines, .. }) => {
                if let Some(pool) = pipelines.here() {
                    return in_time(PipelinedConnection::of(pool)).await.map(SessionConnection::Pipelined);
                }
            }
            Pools::Sqlite(SqlitePools { inline, .. }) => {
                if let Some(pool) = inline.here() {
                    return sqlite(pool).await.map(SessionConnection::Own);
                }
            }
        }
        self.reader().await.map(SessionConnection::Own)
    }

    /// A connection for a statement that only reads.
    pub(super) async fn reader(&self) -> Result<LeasedConnection, DependencyError> {
        match &self.pools {
            Pools::Postgres(PostgresPools { shared, readers, .. }) => postgres(readers.here().unwrap_or(shared)).await,
            Pools::Sqlite(SqlitePools { readers, .. }) => sqlite(readers).await,
        }
    }

    /// A connection for statements that write.
    pub(super) async fn writer(&self) -> Result<LeasedConnection, DependencyError> {
        match &self.pools {
            Pools::Postgres(PostgresPools { shared, .. }) => postgres(shared).await,
            Pools::Sqlite(SqlitePools { writer, .. }) => sqlite(writer).await,
        }
    }
}

impl Pools {
    fn open(address: &Address, anchor: Option<Anchor>) -> Result<Self, BuildError> {
        Ok(match address {
            Address::Postgres(address) => Self::Postgres(PostgresPools {
                shared: MeasuredPool::new("postgres", postgres_pool(address, POSTGRES_CONNECTIONS)?),
                readers: WorkersOwn::default(),
                pipelines: WorkersOwn::default(),
            }),
            Address::Sqlite(path) => Self::Sqlite(SqlitePools {
                readers: MeasuredPool::new("sqlite_readers", sqlite_pool(path, SQLITE_READERS, BlockingCalls::Elsewhere)?),
                writer: MeasuredPool::new("sqlite_writer", sqlite_pool(path, 1, BlockingCalls::Elsewhere)?),
                inline: WorkersOwn::default(),
                _anchor: anchor,
            }),
        })
    }
}

async fn postgres(pool: &MeasuredPool<Manager<AsyncPgConnection>>) -> Result<LeasedConnection, DependencyError> {
    in_time(pool.get()).await.map(|object| LeasedConnection::new(Connection::Postgres(object)))
}

async fn sqlite(pool: &MeasuredPool<Manager<SqliteAsyncConnection>>) -> Result<LeasedConnection, DependencyError> {
    in_time(pool.get()).await.map(|object| LeasedConnection::new(Connection::Sqlite(object)))
}

/// The innermost reason of an error: what the database or the network said.
fn reason(error: &DependencyError) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Holds getting a connection to its time limit in all: the pool's own limits are one for waiting until there is room, and another for
/// making a connection then.
async fn in_time<T, E>(getting: impl Future<Output = Result<T, PoolError<E>>>) -> Result<T, DependencyError>
where
    E: Error + Send + Sync + 'static,
{
    let got = tokio::time::timeout(CONNECTION_LIMIT, getting).await;
    got.map_err(|elapsed| DependencyError::unavailable("database", elapsed))?
        .map_err(|error| DependencyError::unavailable("database", error))
}

pub(super) fn pool<M: managed::Manager>(manager: M, connections: usize) -> Result<managed::Pool<M>, BuildError> {
    managed::Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECTION_LIMIT))
        .create_timeout(Some(CONNECTION_LIMIT))
        .recycle_timeout(Some(CONNECTION_LIMIT))
        .build()
}
