//! What every bounded context's domain builds on.
//!
//! A table of contents:
//! - [`BookId`] and its siblings: one registry of typed ids, so that a book's id is never taken for a member's;
//! - [`Clock`] and [`IdGenerator`]: the ports through which time and new ids come in;
//! - [`UnitOfWork`]: the port that makes several repositories' changes one change;
//! - [`DependencyError`]: what a port answers when the machinery behind it fails;
//! - [`Revision`]: which state of an aggregate one holds, for optimistic updates;
//! - [`Page`] and [`PageRequest`]: lists that are bounded from the start;
//! - [`text_value!`], [`secret_text!`]: value objects that hold checked text, and secrets that are never printed.
//!
//! It may depend on no framework, does no I/O and reads no clock. What belongs here is what at least two contexts use; a
//! rule of one context belongs to that context.

mod clock;
mod error;
mod id_generator;
mod ids;
mod page;
mod revision;
#[doc(hidden)]
pub mod secret;
mod text;
mod unit_of_work;

pub use clock::Clock;
pub use error::{Cause, DependencyError, error_chain};
pub use id_generator::IdGenerator;
pub use ids::{BookId, InvalidId, LoanId, MemberId, NotificationId, RefreshTokenId, SessionId};
pub use page::{InvalidPageLimit, Page, PageLimit, PageRequest};
pub use revision::{Revision, UPDATE_ATTEMPTS, Version, contended};
pub use text::{InvalidText, TextLength, parse_text};
pub use unit_of_work::{Transaction, Unit, UnitOfWork};
