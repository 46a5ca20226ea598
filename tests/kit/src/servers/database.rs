//! A PostgreSQL database for each test.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::{Duration, UNIX_EPOCH},
};

use tokio::{runtime::Builder, sync::OnceCell, time::timeout};
use tokio_postgres::{Client, NoTls};
use url::Url;

use super::{
    postgres::PostgresServer,
    process::{blocking, random, variable},
};

/// Making or dropping a database takes some ten milliseconds; on a machine under load it may wait for others.
const STATEMENT_LIMIT: Duration = Duration::from_mins(1);

/// A database on a given server that is older than this was left by a test process that was killed.
const LEFT_OVER_AFTER: Duration = Duration::from_hours(1);

const NAME_PREFIX: &str = "library_test_";

static SHARED: OnceLock<Result<Shared, String>> = OnceLock::new();

/// A new, empty database for one test, on the server of this test process.
///
/// That server is a throwaway one, started by the first call; where `TEST_DATABASE_URL` is set
/// (`postgres://user:password@host/database`, without TLS, the user able to create databases), it is that one.
///
/// # Panics
/// When there is neither an installed PostgreSQL nor `TEST_DATABASE_URL`, or the server cannot be used.
pub async fn postgres_database() -> TestDatabase {
    TestDatabase::create(&shared().await, "template0").await
}

/// A database for one test that begins as a copy of a prepared one, which takes far less time than preparing it anew.
///
/// The first call with a `name` makes the database to copy and hands its URL to `prepare`, say to migrate it; calls
/// that come meanwhile wait. All tests of a process that use one name have to prepare it alike.
///
/// # Panics
/// As [`postgres_database`] does, or when `prepare` does.
pub async fn postgres_database_from_template<F, P>(name: &str, prepare: F) -> TestDatabase
where
    F: FnOnce(String) -> P,
    P: Future<Output = ()>,
{
    static TEMPLATES: OnceLock<Mutex<HashMap<String, Arc<OnceCell<String>>>>> = OnceLock::new();
    let maintenance = shared().await;
    let template = {
        let mut templates = TEMPLATES.get_or_init(Mutex::default).lock().expect("no one panics while looking up a template");
        Arc::clone(templates.entry(name.to_owned()).or_default())
    };
    let template = template
        .get_or_init(async || {
            let template = new_name();
            maintenance.create_database(&template, "template0").await;
            prepare(maintenance.url_of(&template)).await;
            // A session that lingers, in a pool that is still closing, would stand in the way of every copy.
            maintenance
                .execute(&[
                    format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false"),
                    format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"),
                ])
                .await;
            template
        })
        .await;
    TestDatabase::create(&maintenance, template).await
}

/// A database of one test's own.
///
/// It is dropped with this value, whoever is still connected to it; one on a [`PostgresServer`] goes with that.
pub struct TestDatabase {
    name: String,
    url: String,
    drop_by: Option<Maintenance>,
}

impl TestDatabase {
    pub(super) async fn create(maintenance: &Maintenance, template: &str) -> Self {
        let name = new_name();
        maintenance.create_database(&name, template).await;
        let drop_by = maintenance.is_shared.then(|| maintenance.clone());
        Self { url: maintenance.url_of(&name), name, drop_by }
    }

    /// `postgres://user@host:port/name`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name in that URL.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(maintenance) = self.drop_by.take() else { return };
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The test's own runtime cannot be waited for from within. What fails here is dropped by a later run.
        let dropping = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(maintenance.try_execute(&[statement])).ok()
        });
        let _ = dropping.join();
    }
}

/// The way to a server's own database, from which others are made and dropped.
#[derive(Clone)]
pub(super) struct Maintenance {
    url: Url,
    /// A server of one test's own is perhaps frozen when its databases are done with, and soon gone anyway.
    is_shared: bool,
}

impl Maintenance {
    pub(super) fn of(server: &PostgresServer, is_shared: bool) -> Self {
        Self { url: Url::parse(&server.url()).expect("it is written as one"), is_shared }
    }

    fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }

    async fn create_database(&self, name: &str, template: &str) {
        limited(async {
            let client = connect(&self.url).await?;
            // Copying files takes half the time of the write-ahead log; before version 15 there was no choice.
            let row = client.query_one("SELECT current_setting('server_version_num')::int >= 150000", &[]).await?;
            let strategy = if row.get(0) { "STRATEGY file_copy" } else { "" };
            client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}")).await
        })
        .await
        .unwrap_or_else(|reason| panic!("the PostgreSQL server of the tests made no database: {reason}"));
    }

    async fn execute(&self, statements: &[String]) {
        self.try_execute(statements)
            .await
            .unwrap_or_else(|reason| panic!("the PostgreSQL server of the tests refused {statements:?}: {reason}"));
    }

    async fn try_execute(&self, statements: &[String]) -> Result<(), String> {
        limited(async {
            let client = connect(&self.url).await?;
            for statement in statements {
                client.batch_execute(statement).await?;
            }
            Ok(())
        })
        .await
    }

    /// Drops what earlier runs, killed before they could, left on a given server.
    async fn drop_left_overs(&self) -> Result<(), String> {
        limited(async {
            let client = connect(&self.url).await?;
            let query = format!("SELECT datname FROM pg_database WHERE starts_with(datname, '{NAME_PREFIX}')");
            for row in client.query(&query, &[]).await? {
                let name: String = row.get(0);
                if made_at(&name).is_some_and(|made_at| made_at + LEFT_OVER_AFTER < since_epoch()) {
                    // It may belong to a user whose databases are not ours to drop.
                    let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                }
            }
            Ok(())
        })
        .await
    }
}

enum Shared {
    Throwaway(PostgresServer),
    Given(Maintenance),
}

impl Shared {
    fn start() -> Result<Self, String> {
        let Some(url) = variable("TEST_DATABASE_URL") else { return PostgresServer::launch().map(Self::Throwaway) };
        let url = Url::parse(&url).map_err(|error| format!("TEST_DATABASE_URL is no URL: {error}"))?;
        let maintenance = Maintenance { url, is_shared: true };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        runtime
            .block_on(maintenance.drop_left_overs())
            .map_err(|reason| format!("TEST_DATABASE_URL cannot be used: {reason}"))?;
        Ok(Self::Given(maintenance))
    }
}

async fn shared() -> Maintenance {
    match blocking(|| SHARED.get_or_init(Shared::start)).await {
        Ok(Shared::Throwaway(server)) => Maintenance::of(server, true),
        Ok(Shared::Given(maintenance)) => maintenance.clone(),
        Err(reason) => panic!("{reason}"),
    }
}

async fn connect(url: &Url) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url.as_str(), NoTls).await?;
    // It ends when the client is dropped; what breaks it comes back from the client's next call too.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(client)
}

async fn limited<T>(work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, String> {
    match timeout(STATEMENT_LIMIT, work).await {
        Ok(outcome) => outcome.map_err(|error| describe(&error)),
        Err(_) => Err(format!("no answer within {} s", STATEMENT_LIMIT.as_secs())),
    }
}

/// A name that no other test has, and that says when it was made.
fn new_name() -> String {
    format!("{NAME_PREFIX}{}_{:016x}", since_epoch().as_secs(), random())
}

fn made_at(name: &str) -> Option<Duration> {
    let (seconds, _) = name.strip_prefix(NAME_PREFIX)?.split_once('_')?;
    seconds.parse().ok().map(Duration::from_secs)
}

fn since_epoch() -> Duration {
    UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// The driver's own message leaves out what the server said.
fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => refusal.to_string(),
        None => std::error::Error::source(error).map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
    }
}
