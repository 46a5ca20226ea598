//! Commands that take effect once, however often they are sent.
//!
//! A caller gives a command an [`IdempotencyKey`] and may then send it again and again: one attempt takes effect, and every later
//! one gets what came of it. The key belongs to the command and not to the transport that it came by.
//!
//! First a [`Claim`] of the key is kept by the [`ClaimRepository`], on its own. Then the use case runs and, in its own unit of work,
//! has its [`Completion`] put a [`Receipt`] into the claim: so the effect and what is kept of it are one change, or none.

mod claim;
mod completion;
mod key;
mod repository;

pub use claim::{CLAIM_LEASE, Claim, CommandCaller, Fingerprint, KEY_LIFETIME, Receipt};
pub use completion::Completion;
pub use key::{IdempotencyKey, InvalidIdempotencyKey};
pub use repository::{ClaimError, ClaimRepository, Claimed, CompleteClaimError};
