//! Test data that says only what matters: everything else is valid, unique where it must be, and otherwise fixed.
//!
//! Times are in whole microseconds, the finest that every database here keeps, so that what is read back equals what was built.

mod book;
mod claim;
mod loan;
mod member;
mod message;
mod refresh_token;
mod unique;

pub use book::{BookBuilder, a_book};
pub use claim::{ClaimBuilder, a_claim, a_receipt};
pub use loan::{LoanBuilder, a_loan};
pub use member::{MemberBuilder, a_member, a_password, credentials_of};
pub use message::a_message;
pub use refresh_token::{RefreshTokenBuilder, a_refresh_token, a_successor};
pub use unique::{unique_email, unique_id, unique_isbn, unique_token_hash};

use time::{OffsetDateTime, macros::datetime};

/// The time at which a test's world stands still: 2026-03-14T09:26:53.589793Z.
#[must_use]
pub const fn now() -> OffsetDateTime {
    datetime!(2026-03-14 09:26:53.589793 UTC)
}
