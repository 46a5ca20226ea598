//! Sessions, one use case a file: [`Login`], [`RefreshTokens`], [`Logout`], [`RevokeToken`], [`ListSessions`], [`EndSession`], [`EndAllSessions`],
//! [`RemoveExpiredSessions`]; [`IdentifyCaller`], which tells who calls; and [`ListPublicKeys`].
//!
//! It may depend on domains alone; what it needs to know of members comes through the ports of `library-auth-domain`.

mod end_all_sessions;
mod end_session;
mod identify_caller;
mod list_public_keys;
mod list_sessions;
mod login;
mod logout;
mod refresh_tokens;
mod remove_expired_sessions;
mod revoke_token;
mod token_pair;

pub use end_all_sessions::EndAllSessions;
pub use end_session::{EndSession, EndSessionError};
pub use identify_caller::{Caller, IdentifyCaller, IdentifyCallerError};
pub use list_public_keys::ListPublicKeys;
pub use list_sessions::{ListSessions, MOST_SESSIONS};
pub use login::{Login, LoginCommand, LoginError};
pub use logout::Logout;
pub use refresh_tokens::{RefreshTokens, RefreshTokensError};
pub use remove_expired_sessions::RemoveExpiredSessions;
pub use revoke_token::{PresentedToken, RevokeToken};
pub use token_pair::{RefreshTokenLifetime, TokenPair};
