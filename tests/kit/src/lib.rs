//! The tests' common ground, a dev-dependency of every app and infra crate.
//!
//! A table of contents:
//! - [`InMemoryLibrary`]: adapters for every storage port over one state, with the rules across contexts held, a unit of work,
//!   outages and lost races on demand: what use cases are tested with;
//! - [`builders`]: test data that says only what matters, as in `a_member().verified().named("Ada").build()`;
//! - [`fakes`]: a clock that is set by hand, predictable ids, and stand-ins for every port that is no storage;
//! - [`contract`]: one suite of rules per port, which every adapter of the port is run through.
//!
//! It may depend on the domain crates, never on an app, infra or http crate, so that each of those can depend on it. To add a
//! rule to a port, write it in the port's suite and name it in the suite's macro; every adapter is held to it from then on.

#![allow(clippy::missing_panics_doc, reason = "a panic here is how a test fails")]

pub mod builders;
pub mod contract;
pub mod fakes;
mod locked;
mod memory;
pub mod servers;

pub use builders::{
    a_book, a_claim, a_loan, a_member, a_message, a_password, a_receipt, a_refresh_token, a_successor, credentials_of, now,
    unique_email, unique_id, unique_isbn, unique_token_hash,
};
pub use contract::{Repositories, WAYS, World, count, race, race_of_two};
pub use fakes::{
    FakeComposer, FakeCredentialVerifier, FakeEmailChangeTokens, FakeFailedLogins, FakePasswordHasher, FakePasswordResetTokens,
    FakeTokenIssuer, FakeVerificationTokens, ManualClock, RecordingNotifier, SequentialIds,
};
pub use memory::{InMemoryLibrary, Port, Rival};
