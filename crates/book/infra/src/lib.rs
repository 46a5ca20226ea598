//! The catalogue's driven adapters: [`SqlBookRepository`] on PostgreSQL and SQLite, and [`CachedBookRepository`], which decorates any
//! repository's look-up by id.
//!
//! It may depend on `library-book-domain` and `library-shared-infra`; of the schema it knows the table `books` and its index `book_search` alone.

mod cached_repository;
mod create_all;
mod list;
mod redis_value;
mod row;
mod schema;
mod search;
mod sql_repository;

pub use cached_repository::CachedBookRepository;
pub use redis_value::BookInRedis;
pub use sql_repository::SqlBookRepository;
