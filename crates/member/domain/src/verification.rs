use library_shared_domain::{DependencyError, MemberId};
use secrecy::{ExposeSecret, SecretString};

/// What proves that somebody reads the mail of a member's address; never stored, never printed.
#[derive(Debug, Clone)]
pub struct VerificationToken(SecretString);

impl VerificationToken {
    /// The token that an issuer made.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text.into())
    }

    /// The text, for the mail.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The token is bad, expired, tampered with or made for another purpose. It does not say which: whoever forges one learns
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the verification token is not valid")]
pub struct InvalidVerificationToken;

/// The port that makes and checks verification tokens.
pub trait VerificationTokenIssuer: Send + Sync {
    /// Makes a token for a member, which expires after a while.
    ///
    /// # Errors
    /// Only those of the machinery.
    fn issue(&self, member_id: MemberId) -> Result<VerificationToken, DependencyError>;

    /// Tells whose token this is.
    ///
    /// # Errors
    /// Where it is not a valid verification token.
    fn verify(&self, token: &str) -> Result<MemberId, InvalidVerificationToken>;
}
