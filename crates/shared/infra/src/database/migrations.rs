use super::{
    Database, DatabaseUrl,
    pools::{Address, REACHABLE_LIMIT},
};
use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, backend::Backend, connection::SimpleConnection,
    migration::MigrationSource, result::Error as DieselError, sql_types::BigInt,
};
use diesel_async::{AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use library_shared_domain::{Cause, fold};
use std::{thread, time::Duration};
use tokio::sync::oneshot;

mod refold;

const POSTGRES: EmbeddedMigrations = embed_migrations!("../../../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../../../migrations/sqlite");

/// Taken before anything is read, so that of two servers that start at once one migrates and the other finds it done. The number
/// is "library" in ASCII.
const POSTGRES_LOCK: &str = "SET lock_timeout = '60s'; SELECT pg_advisory_lock(30506441440293497);";

/// Rebuilding a table that others refer to must not cascade into them.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 60000; PRAGMA foreign_keys = off;";

#[diesel::declare_sql_function]
extern "SQL" {
    /// The domain's folding of texts, for the rows that there are when a migration asks for it.
    fn library_fold(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// How long a caller waits for the migrations: those of a large database take their time.
const LIMIT: Duration = Duration::from_mins(10);

/// The schema was not brought to where it should be.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A later release has migrated this database.
    #[error("the database {database} has the migration {version}, which this release does not know; run a release that does")]
    FromTheFuture {
        /// Which database.
        database: DatabaseUrl,
        /// The migration that is not known.
        version: String,
    },
    /// A migration failed, or the database is away.
    #[error("the database {database} cannot be migrated: {cause}")]
    Failed {
        /// Which database.
        database: DatabaseUrl,
        /// Why.
        cause: Cause,
    },
}

impl Database {
    /// Applies every migration that is pending, under a lock that lets one process at a time do so, and answers with how many
    /// these were.
    ///
    /// # Errors
    /// Where a migration fails, the database is away, or its schema is of a later release.
    pub async fn migrate(&self) -> Result<usize, MigrationError> {
        self.run(Direction::Up).await
    }

    /// Reverts every migration: an empty database remains.
    ///
    /// # Errors
    /// Where a migration fails or the database is away.
    pub async fn revert_migrations(&self) -> Result<usize, MigrationError> {
        self.run(Direction::Down).await
    }

    /// Migrates on a thread of its own: diesel's harness blocks, and must not find a runtime to block in.
    async fn run(&self, direction: Direction) -> Result<usize, MigrationError> {
        let failed = |cause: Cause| MigrationError::Failed { database: self.url().clone(), cause };
        let work: Box<dyn FnOnce() -> Result<usize, Failure> + Send> = match self.address().clone() {
            Address::Postgres(address) => {
                // Connected here, whose runtime goes on while the thread blocks.
                let connecting = tokio::time::timeout(REACHABLE_LIMIT, address.connect()).await;
                let connection = connecting.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))?;
                // Wrapped there: the wrapper looks for a runtime to block in.
                Box::new(move || migrate_postgres(connection.into(), direction))
            }
            Address::Sqlite(path) => Box::new(move || migrate_sqlite(&path, direction)),
        };
        let (sender, receiver) = oneshot::channel();
        // Nobody listens any more where the caller has given up.
        thread::spawn(move || drop(sender.send(work())));
        match tokio::time::timeout(LIMIT, receiver).await {
            Ok(Ok(Ok(count))) => Ok(count),
            Ok(Ok(Err(Failure::FromTheFuture(version)))) => {
                Err(MigrationError::FromTheFuture { database: self.url().clone(), version })
            }
            Ok(Ok(Err(Failure::Other(cause)))) => Err(failed(cause)),
            Ok(Err(error)) => Err(failed(error.into())),
            Err(error) => Err(failed(error.into())),
        }
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

enum Failure {
    FromTheFuture(String),
    Other(Cause),
}

impl From<DieselError> for Failure {
    fn from(error: DieselError) -> Self {
        Self::Other(error.into())
    }
}

fn migrate_postgres(mut connection: AsyncConnectionWrapper<AsyncPgConnection>, direction: Direction) -> Result<usize, Failure> {
    // The lock belongs to the connection, and ends with it.
    connection.batch_execute(POSTGRES_LOCK)?;
    connection.transaction(|connection| {
        let done = apply(connection, POSTGRES, direction)?;
        if matches!(direction, Direction::Up) && done.iter().any(|version| version == refold::VERSION) {
            refold::fold_what_was_there(connection)?;
        }
        Ok(done.len())
    })
}

fn migrate_sqlite(path: &str, direction: Direction) -> Result<usize, Failure> {
    let mut connection = SqliteConnection::establish(path).map_err(|error| Failure::Other(error.into()))?;
    connection.batch_execute(SQLITE_SETTINGS)?;
    library_fold_utils::register_impl(&mut connection, |text: String| fold(&text))?;
    connection.immediate_transaction(|connection| {
        let done = apply(connection, SQLITE, direction)?;
        let broken: BrokenReferences =
            diesel::sql_query("SELECT count(*) AS number FROM pragma_foreign_key_check").get_result(connection)?;
        if broken.number > 0 {
            return Err(Failure::Other("a migration left references to rows that do not exist".into()));
        }
        Ok(done.len())
    })
}

#[derive(QueryableByName)]
struct BrokenReferences {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Does so, and answers with the versions of the migrations that it has applied or reverted.
fn apply<DB, C>(connection: &mut C, migrations: EmbeddedMigrations, direction: Direction) -> Result<Vec<String>, Failure>
where
    DB: Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = migrations.migrations().map_err(Failure::Other)?;
    for applied in connection.applied_migrations().map_err(Failure::Other)? {
        if !known.iter().any(|migration| migration.name().version() == applied) {
            return Err(Failure::FromTheFuture(applied.to_string()));
        }
    }
    let done = match direction {
        Direction::Up => connection.run_pending_migrations(migrations),
        Direction::Down => connection.revert_all_migrations(migrations),
    };
    Ok(done.map_err(Failure::Other)?.iter().map(ToString::to_string).collect())
}
