//! The sessions' driven adapters: [`SqlRefreshTokenRepository`] on PostgreSQL and SQLite, and [`JwtTokenIssuer`].
//!
//! It may depend on `library-auth-domain` and `library-shared-infra`; of the schema it knows the tables `sessions` and
//! `refresh_tokens` alone.

mod row;
mod schema;
mod sql_repository;
mod token_issuer;

pub use sql_repository::SqlRefreshTokenRepository;
pub use token_issuer::JwtTokenIssuer;
