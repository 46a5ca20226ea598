use library_shared_domain::{DependencyError, MemberId, secret_text};

secret_text! {
    /// What proves that somebody reads the mail of a member's address; never stored.
    pub struct VerificationToken;
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
