use library_shared_infra::database::Database;
use library_testkit::servers::postgres_database_from_template;
use std::any::Any;

/// A migrated database that is a test's own and goes with it.
pub struct OwnDatabase {
    /// The connections to it.
    pub database: Database,
    /// Where it is.
    pub url: String,
    /// What must live as long as the database is used.
    pub keep_alive: Box<dyn Any + Send + Sync>,
}

/// A SQLite database in a file of its own.
pub async fn sqlite_database() -> OwnDatabase {
    let folder = tempfile::tempdir().expect("a folder for the database");
    let url = format!("sqlite://{}/library.db", folder.path().display());
    let database = open(&url);
    database.migrate().await.expect("an empty database can be migrated");
    OwnDatabase { database, url, keep_alive: Box::new(folder) }
}

/// A PostgreSQL database of its own, on a throwaway server.
pub async fn postgres_database() -> OwnDatabase {
    let migrated = async |url: String| {
        open(&url).migrate().await.expect("an empty database can be migrated");
    };
    let own = postgres_database_from_template("library_worlds", migrated).await;
    let url = own.url().to_owned();
    OwnDatabase { database: open(&url), url, keep_alive: Box::new(own) }
}

fn open(url: &str) -> Database {
    Database::open(&url.parse().expect("a database's URL")).expect("pools can be opened")
}
