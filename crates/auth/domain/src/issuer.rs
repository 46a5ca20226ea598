use crate::{RefreshSecret, TokenHash};
use library_shared_domain::{DependencyError, MemberId, SessionId, secret_text};
use time::Duration;

secret_text! {
    /// A signed, short-lived token that says who calls.
    pub struct AccessToken;
}

/// What an access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who holds it.
    pub member_id: MemberId,
    /// The session that it was made for. Those that are issued here say which it is; `None` where one does not.
    pub session: Option<SessionId>,
}

/// A public key of RSA with which anybody can check access tokens (RFC 7518, section 6.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id, which tokens name.
    pub id: String,
    /// The algorithm that it is for, such as `RS256`.
    pub algorithm: String,
    /// The modulus, in url-safe base64.
    pub modulus: String,
    /// The exponent, in url-safe base64.
    pub exponent: String,
}

/// The token is bad, expired, tampered with, signed with another algorithm or made for another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct InvalidAccessToken;

/// The port that makes and checks tokens.
pub trait TokenIssuer: Send + Sync {
    /// Makes an access token for a member's session.
    ///
    /// # Errors
    /// Only those of the machinery.
    fn issue_access(&self, member_id: MemberId, session: SessionId) -> Result<AccessToken, DependencyError>;

    /// For how long an access token is good from when it is issued.
    fn access_lifetime(&self) -> Duration;

    /// Tells who holds this access token, and of which session it is.
    ///
    /// # Errors
    /// Where it is not a valid access token.
    fn verify_access(&self, token: &str) -> Result<AccessClaims, InvalidAccessToken>;

    /// The keys with which others can check access tokens, that of new ones first; none where they are signed with a secret.
    fn public_keys(&self) -> Vec<PublicKey>;

    /// Makes a refresh token that nobody can guess.
    fn make_refresh(&self) -> RefreshSecret;

    /// What is kept of a refresh token.
    fn hash_refresh(&self, secret: &RefreshSecret) -> TokenHash;
}
