//! The catalogue's driven adapters: [`SqlBookRepository`] on PostgreSQL and SQLite, and [`CachedBookRepository`], which decorates any
//! repository's look-up by id.
//!
//! It may depend on `library-book-domain` and `library-shared-infra`; of the schema it knows the table `books` alone.

mod cached_repository;
mod redis_value;
mod row;
mod schema;
mod sql_repository;

pub use cached_repository::CachedBookRepository;
pub use redis_value::BookInRedis;
pub use sql_repository::SqlBookRepository;
