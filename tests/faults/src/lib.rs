//! What is broken on purpose, and what must hold: the service as a child process, on real databases that are killed, frozen, filled
//! up or answered for.
//!
//! - [`Load`]: clients that send one request after another; [`Samples`]: what they saw, to be judged;
//! - [`reads`], [`reads_and_writes`]: what a load may send;
//! - [`Sql`]: a look into either database, past the service;
//! - [`GarbledRedis`], [`SmallDisk`]: what breaks in ways that the test kit's servers do not;
//! - [`alone`], [`among_others`]: whose turn it is, because what measures time wants the machine to itself;
//! - [`seed`]: what random choices begin from;
//! - [`scenarios`]: the faults that are tried for a moment in `tests/short` and for minutes in `tests/long`.
//!
//! A fault has a file in `tests/short`, which `cargo test` runs, or in `tests/long`, which `scripts/faults` runs as well.

#![allow(clippy::missing_panics_doc, reason = "a panic here is how a test fails")]

mod disk;
mod garbled_redis;
mod load;
mod requests;
mod samples;
pub mod scenarios;
mod seed;
mod sql;
mod turns;

pub use disk::SmallDisk;
pub use garbled_redis::GarbledRedis;
pub use load::{Load, clients_of};
pub use requests::{book_path, new_book, reads, reads_and_writes};
pub use samples::{Outcome, Reply, Sample, Samples};
pub use seed::seed;
pub use sql::{Held, Sql};
pub use turns::{alone, among_others};

use std::time::Duration;

/// Within how much time everything is normal again, once what was broken is whole.
pub const RECOVERY: Duration = Duration::from_secs(2);
