use super::{pipeline::Pipeline, pools::pool, query_spans::QuerySpans};
use deadpool::managed::{BuildError, Pool};
use diesel::ConnectionError;
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use futures_util::FutureExt;
use std::{error::Error as _, sync::Arc};
use tokio::runtime::Handle;
use tokio_postgres::{Client, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::task::AbortOnDropHandle;

/// The server's own limits, a little above ours, so that what a caller has given up on does not run on for long.
const SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '4s'; SET idle_in_transaction_session_timeout = '10s'; SET TIME ZONE 'UTC';";

/// What a connection to PostgreSQL is opened and encrypted with.
#[derive(Clone)]
pub struct PostgresAddress {
    config: Arc<tokio_postgres::Config>,
    tls: MakeRustlsConnect,
}

type Driver =
    tokio_postgres::Connection<tokio_postgres::Socket, <MakeRustlsConnect as MakeTlsConnect<tokio_postgres::Socket>>::Stream>;

impl PostgresAddress {
    pub const fn new(config: Arc<tokio_postgres::Config>, tls: MakeRustlsConnect) -> Self {
        Self { config, tls }
    }

    /// Opens a connection, whose driver runs on the runtime that this is called on.
    pub async fn connect(self) -> Result<AsyncPgConnection, ConnectionError> {
        let (client, driver) = self.open().await?;
        AsyncPgConnection::try_from_client_and_connection(client, driver).await
    }

    /// Opens a pipeline, whose driver runs on the runtime that this is called on.
    pub async fn connect_pipeline(&self) -> Result<Pipeline, ConnectionError> {
        let (client, driver) = self.clone().open().await?;
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::warn!(error = %error, "database_connection_ended");
            }
        }));
        let connection = AsyncPgConnection::try_from(client).await?;
        (&connection).batch_execute(SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Pipeline::new(connection, driver))
    }

    async fn open(self) -> Result<(Client, Driver), ConnectionError> {
        self.config.connect(self.tls).await.map_err(|error| refused(&error))
    }
}

/// A pool whose connections are all served on the runtime that this is called on.
pub fn postgres_pool(
    address: &PostgresAddress,
    connections: usize,
) -> Result<Pool<AsyncDieselConnectionManager<AsyncPgConnection>>, BuildError> {
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
            connection.batch_execute(SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
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
