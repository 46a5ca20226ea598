//! What several contexts' use cases are run by: [`ExecuteOnce`], which has a command with an idempotency key take effect once, and
//! [`RemoveExpiredClaims`], which sweeps what is kept for that.
//!
//! It may depend on `library-shared-domain` alone: no context, no SQL, no HTTP, no JSON.

mod execute_once;
mod remove_expired_claims;

pub use execute_once::{ExecuteOnce, ExecuteOnceError, Executed, KeyedCommand};
pub use remove_expired_claims::RemoveExpiredClaims;
