//! The real adapters, put together as the contract suites want them: a world is an empty library on a database of its own.
//!
//! An infra crate runs the suite of each of its ports over these: [`sqlite`] and [`postgres`] without a cache, and
//! [`sqlite_cached_in_process`], [`sqlite_cached_in_redis`], [`postgres_cached_in_process`] and [`postgres_cached_in_redis`] with the
//! decorators that the server has. [`sqlite_database`] and [`postgres_database`] are migrated databases alone.
//!
//! It knows every infra crate, as the server does; only tests may depend on it.

#![allow(clippy::missing_panics_doc, reason = "a panic here is how a test fails")]

mod databases;
mod worlds;

pub use databases::{OwnDatabase, postgres_database, sqlite_database};
pub use worlds::{
    postgres, postgres_cached_in_process, postgres_cached_in_redis, sqlite, sqlite_cached_in_process, sqlite_cached_in_redis,
};
