//! The members' driven adapters.
//!
//! - [`SqlMemberRepository`], [`SqlCredentialRepository`], [`SqlAccountDirectory`] on PostgreSQL and SQLite;
//! - [`CachedMemberRepository`], which decorates any repository's look-up by id;
//! - [`Argon2PasswordHasher`]; [`JwtVerificationTokens`], [`JwtEmailChangeTokens`], [`JwtPasswordResetTokens`].
//!
//! It may depend on `library-member-domain`, `library-auth-domain` (whose port [`SqlAccountDirectory`] implements) and
//! `library-shared-infra`; of the schema it knows the tables `members` and `credentials` alone.

mod account_directory;
mod argon2_hasher;
mod argon2_memory;
mod bound_tokens;
mod cached_repository;
mod credential_repository;
mod email_change_tokens;
mod password_reset_tokens;
mod redis_value;
mod row;
mod schema;
mod sql_repository;
mod verification_tokens;

pub use account_directory::SqlAccountDirectory;
pub use argon2_hasher::{Argon2PasswordHasher, HashingUsage};
pub use cached_repository::CachedMemberRepository;
pub use credential_repository::SqlCredentialRepository;
pub use email_change_tokens::JwtEmailChangeTokens;
pub use password_reset_tokens::JwtPasswordResetTokens;
pub use redis_value::MemberInRedis;
pub use sql_repository::SqlMemberRepository;
pub use verification_tokens::JwtVerificationTokens;
