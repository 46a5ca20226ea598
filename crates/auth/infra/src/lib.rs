//! The sessions' driven adapters: [`SqlRefreshTokenRepository`] on PostgreSQL and SQLite, [`JwtTokenIssuer`], and
//! [`RedisFailedLogins`] and [`InProcessFailedLogins`], of which a server has one.
//!
//! It may depend on `library-auth-domain` and `library-shared-infra`; of the schema it knows the tables `sessions` and
//! `refresh_tokens` alone.

mod failed_logins;
mod row;
mod schema;
mod sql_repository;
mod token_issuer;

pub use failed_logins::{ForgottenFailedLogins, InProcessFailedLogins, RedisFailedLogins};
pub use sql_repository::SqlRefreshTokenRepository;
pub use token_issuer::JwtTokenIssuer;
