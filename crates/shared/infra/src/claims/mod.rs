//! The claims of idempotency keys, in SQL on either database.

mod row;
mod schema;
mod sql_repository;

pub use sql_repository::SqlClaimRepository;
