use super::{pools::pool, query_spans::QuerySpans};
use deadpool::managed::{BuildError, Pool};
use diesel::{Connection as _, ConnectionError, SqliteConnection, connection::SimpleConnection};
use diesel_async::{
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
    sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper},
};
use futures_util::{
    FutureExt,
    future::{self, BoxFuture},
};
use std::{error::Error, fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};
use tracing::Span;

/// `synchronous = full` keeps what was acknowledged through a power failure; `secure_delete` overwrites what was deleted, which may
/// be personal.
const SETTINGS: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on; PRAGMA secure_delete = on;";

/// Who reads waits for nobody's lock while the journal is a log, but for the moments in which a file is opened first or closed last. Then a
/// worker does not stand still for long.
const SHORT_PATIENCE: &str = "PRAGMA busy_timeout = 100;";

/// Where SQLite's calls are made, which block.
#[derive(Debug, Clone, Copy)]
pub enum BlockingCalls {
    /// On tokio's threads for them.
    ///
    /// Unlike diesel-async's own runtime, it does not wait when the future is dropped in the middle of a query: the closure owns the
    /// connection and ends by itself. What it does belongs to the caller's span.
    Elsewhere,
    /// On the caller's thread, which does nothing else meanwhile.
    Here,
}

impl SpawnBlocking for BlockingCalls {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync>>> {
        match self {
            Self::Elsewhere => {
                let span = Span::current();
                tokio::task::spawn_blocking(move || span.in_scope(task)).map(|joined| joined.map_err(Into::into)).boxed()
            }
            Self::Here => future::ready(Ok(task())).boxed(),
        }
    }

    fn get_runtime() -> Self {
        Self::Elsewhere
    }
}

/// A SQLite connection, which is used as if its calls did not block.
pub type SqliteAsyncConnection = SyncConnectionWrapper<SqliteConnection, BlockingCalls>;

/// A pool of connections to this file.
pub fn sqlite_pool(
    path: &str,
    connections: usize,
    calls: BlockingCalls,
) -> Result<Pool<AsyncDieselConnectionManager<SqliteAsyncConnection>>, BuildError> {
    let mut config = ManagerConfig::<SqliteAsyncConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let path = path.to_owned();
        let connecting = tokio::task::spawn_blocking(move || connect(&path, calls));
        connecting.map(|joined| joined.unwrap_or_else(|error| Err(ConnectionError::BadConnection(error.to_string())))).boxed()
    });
    pool(AsyncDieselConnectionManager::new_with_config(path, config), connections)
}

fn connect(path: &str, calls: BlockingCalls) -> Result<SqliteAsyncConnection, ConnectionError> {
    let mut connection = SqliteConnection::establish(path)?;
    let settings = match calls {
        BlockingCalls::Elsewhere => SETTINGS.to_owned(),
        BlockingCalls::Here => format!("{SETTINGS} {SHORT_PATIENCE}"),
    };
    connection.batch_execute(&settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
    connection.set_instrumentation(QuerySpans::on("sqlite"));
    Ok(SqliteAsyncConnection::with_runtime(connection, calls))
}

/// A database that does not exist yet is made for its owner alone: it holds members and the hashes of their passwords. What keeps it
/// from being made is told when it is opened.
pub fn keep_for_owner(path: &Path) {
    drop(OpenOptions::new().write(true).create_new(true).mode(0o600).open(path));
}
