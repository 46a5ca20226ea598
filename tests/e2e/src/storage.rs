use crate::Command;
use library_testkit::servers::{TestDatabase, postgres_database_from_template, redis_url_of_its_own};
use std::sync::Arc;
use tempfile::TempDir;

/// What the service runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, and the cache in the server's process.
    Sqlite,
    /// PostgreSQL and Redis.
    Postgres,
}

/// The databases of one test, empty but for the schema, for every server of that test; they go when the last of these does.
#[derive(Clone)]
pub struct Storage(Arc<Databases>);

enum Databases {
    Sqlite(TempDir),
    Postgres { database: TestDatabase, redis: String },
}

impl Storage {
    /// New databases. Those of PostgreSQL have been migrated already, which takes longer than copying them.
    pub async fn new(backend: Backend) -> Self {
        Self(Arc::new(match backend {
            Backend::Sqlite => Databases::Sqlite(tempfile::tempdir().expect("a directory can be made")),
            Backend::Postgres => Databases::Postgres {
                database: postgres_database_from_template("e2e", migrate).await,
                redis: redis_url_of_its_own().await,
            },
        }))
    }

    /// New databases without a schema.
    pub async fn unmigrated(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::new(backend).await,
            Backend::Postgres => Self(Arc::new(Databases::Postgres {
                database: library_testkit::servers::postgres_database().await,
                redis: redis_url_of_its_own().await,
            })),
        }
    }

    /// Which databases these are.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match &*self.0 {
            Databases::Sqlite(_) => Backend::Sqlite,
            Databases::Postgres { .. } => Backend::Postgres,
        }
    }

    /// `DATABASE_URL`.
    #[must_use]
    pub fn database_url(&self) -> String {
        match &*self.0 {
            Databases::Sqlite(directory) => format!("sqlite://{}", directory.path().join("library.db").display()),
            Databases::Postgres { database, .. } => database.url().to_owned(),
        }
    }

    /// `REDIS_URL`.
    #[must_use]
    pub fn redis_url(&self) -> String {
        match &*self.0 {
            Databases::Sqlite(_) => "memory://".to_owned(),
            Databases::Postgres { redis, .. } => redis.clone(),
        }
    }
}

async fn migrate(database_url: String) {
    let migrated = Command::new(["migrate"]).with("DATABASE_URL", database_url).run().await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
}
