//! Sessions: short-lived access tokens and the rotating refresh tokens that renew them.
//!
//! - [`RefreshToken`]: the entity; [`RefreshSecret`] and [`TokenHash`]: what the client holds and what is kept of it;
//! - [`ActiveSession`]: what a member is shown of a session of theirs;
//! - [`replay_is_theft`]: the rule that tells a thief from a double click;
//! - [`RefreshTokenRepository`], [`TokenIssuer`]: the ports that this context's adapters implement;
//! - [`FailedAttempts`]: the rule that makes guessing passwords slow, [`FailedLogins`], the port that counts, and [`guarded`], which
//!   whoever checks a password goes through;
//! - [`CredentialVerifier`], [`AccountDirectory`]: the ports that the member context implements. Auth knows nobody.
//!
//! It may depend on `library-shared-domain` alone.

mod accounts;
mod failed_logins;
mod issuer;
mod refresh_token;
mod repository;
mod secret;
mod session;

pub use accounts::{Account, AccountDirectory, CredentialProof, CredentialVerifier, Verified, VerifyCredentialsError};
pub use failed_logins::{FailedAttempts, FailedLogins, LoginName, TooManyFailures, guarded};
pub use issuer::{AccessClaims, AccessToken, InvalidAccessToken, PublicKey, TokenIssuer};
pub use refresh_token::{REPLAY_GRACE, RefreshToken, replay_is_theft};
pub use repository::{RefreshTokenRepository, Rotation, StartSessionError, Successor};
pub use secret::{RefreshSecret, TokenHash};
pub use session::ActiveSession;
