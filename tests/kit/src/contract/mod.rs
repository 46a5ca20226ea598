//! What every adapter of a port is held to: one suite of rules per port, each rule an async function named by its sentence.
//!
//! An adapter's tests run a suite by its macro, which makes one test of every rule:
//!
//! ```text
//! async fn open() -> World { … }
//! library_testkit::book_repository_contract!(open);
//! ```
//!
//! A storage suite takes the path of an `async fn() -> World` that opens an empty library each time. The caller needs `tokio`
//! with `macros` and `rt-multi-thread`.
//!
//! A rule asks nothing that only one store could do: it never goes on with a unit after a failed write, which PostgreSQL would
//! refuse, and never writes outside a unit while it holds one open, which SQLite would refuse.

#![allow(missing_docs, reason = "the name of a rule is the whole of its documentation")]

pub mod account_directory;
pub mod book_batches;
pub mod book_lists;
pub mod book_repository;
pub mod claim_repository;
pub mod credential_repository;
pub mod email_change_token_issuer;
pub mod failed_logins;
mod forgery;
pub mod loan_lists;
pub mod loan_repository;
mod macros;
pub mod member_lists;
pub mod member_repository;
pub mod notification_queue;
mod paging;
pub mod password_hasher;
pub mod password_reset_token_issuer;
mod racing;
pub mod rate_limiter;
pub mod refresh_token_repository;
pub mod token_issuer;
pub mod unit_of_work;
pub mod verification_token_issuer;
mod world;

pub use racing::{WAYS, count, race, race_of_two};
pub use world::{Repositories, World};
