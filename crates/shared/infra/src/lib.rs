//! What every context's driven adapters build on.
//!
//! - [`database`]: SQL on PostgreSQL and SQLite behind one set of queries: pools, sessions, transactions, migrations;
//! - [`cache`]: the [`Cache`](cache::Cache) port, in process and in Redis, with no stale value after a write;
//! - [`CircuitBreaker`]: what keeps callers from waiting for what has stopped answering;
//! - [`limits`]: counting requests against quotas, in process and in Redis;
//! - [`redis`]: the connections to Redis, each command with a time limit;
//! - [`SqlClaimRepository`]: who has claimed which idempotency key, and what came of it;
//! - [`JwtKeys`]: signing and checking JSON Web Tokens with the one configured algorithm, and from one key to the next;
//! - [`read_authorities`]: whose certificates are trusted, wherever TLS is spoken;
//! - [`measure`]: how long callers waited, and how pools are used;
//! - [`SystemClock`], [`UuidV7Generator`]: the real ones behind the domain's ports.
//!
//! It may depend on `library-shared-domain` and on libraries; on no context.

pub mod cache;
mod circuit_breaker;
mod claims;
mod clock;
pub mod database;
mod id_generator;
mod jwt_keys;
pub mod limits;
pub mod measure;
pub mod redis;
mod tls;

pub use circuit_breaker::{BreakerPolicy, BreakerState, CircuitBreaker, Permit};
pub use claims::SqlClaimRepository;
pub use clock::SystemClock;
pub use id_generator::UuidV7Generator;
pub use jwt_keys::{InvalidJwt, InvalidJwtKeys, JwtAlgorithm, JwtKeys, RsaPublicKey};
pub use tls::{InvalidAuthorities, read_authorities};
