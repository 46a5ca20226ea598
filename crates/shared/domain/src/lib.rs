//! What every bounded context's domain builds on.
//!
//! A table of contents:
//! - [`BookId`] and its siblings: one registry of typed ids, so that a book's id is never taken for a member's;
//! - [`Clock`] and [`IdGenerator`]: the ports through which time and new ids come in;
//! - [`UnitOfWork`]: the port that makes several repositories' changes one change;
//! - [`DependencyError`]: what a port answers when the machinery behind it fails;
//! - [`Revision`]: which state of an aggregate one holds, for optimistic updates; [`ExpectedVersion`]: which ones a caller accepts;
//! - [`idempotency`]: commands that take effect once, however often they are sent;
//! - [`ListRequest`] and [`Page`]: lists that are filtered, sorted and bounded; [`ListField`]: by what;
//! - [`RateLimiter`]: the port that counts requests against a [`Quota`];
//! - [`text_value!`], [`secret_text!`]: value objects that hold checked text, and secrets that are never printed.
//!
//! It may depend on no framework, does no I/O and reads no clock. What belongs here is what at least two contexts use; a
//! rule of one context belongs to that context.

mod clock;
mod error;
mod expected_version;
mod id_generator;
pub mod idempotency;
mod ids;
mod list;
mod rate_limit;
mod revision;
#[doc(hidden)]
pub mod secret;
mod text;
mod unit_of_work;

pub use clock::Clock;
pub use error::{Cause, DependencyError, error_chain};
pub use expected_version::ExpectedVersion;
pub use id_generator::IdGenerator;
pub use ids::{BookId, ClaimId, InvalidId, LoanId, MemberId, NotificationId, RefreshTokenId, SessionId};
pub use list::{
    Comparison, Cursor, Direction, FieldKind, Filter, ForeignCursor, InvalidFilter, InvalidPageLimit, InvalidPattern,
    InvalidSort, ListField, ListRequest, ORDER_KEY_LENGTH, Operator, Page, PageLimit, Pattern, PatternPart, Side, Sort, Value,
    fold, in_utc, order_key, words,
};
pub use rate_limit::{Quota, RateLimiter, Standing};
pub use revision::{Revision, UPDATE_ATTEMPTS, Version, contended};
pub use text::{InvalidText, TextLength, parse_text};
pub use unit_of_work::{Transaction, Unit, UnitOfWork};
