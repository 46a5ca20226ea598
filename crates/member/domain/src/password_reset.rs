use crate::{Credentials, Member};
use library_shared_domain::{DependencyError, MemberId, secret_text};

secret_text! {
    /// What lets whoever reads the mail of a member's address set a new password, once; never stored.
    pub struct PasswordResetToken;
}

/// The token is bad, expired, tampered with, made for another purpose, or the password or the address have changed since it was
/// made. It does not say which: whoever forges one learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password reset token is not valid")]
pub struct InvalidPasswordResetToken;

/// The port that makes and checks the tokens by which a member whose password is forgotten sets a new one.
///
/// A token is bound to the state that it may change: to the hash of the password, and to the address that it is mailed to. So
/// it dies when it has been used, and with any other change of the two.
pub trait PasswordResetTokenIssuer: Send + Sync {
    /// Makes a token for a member with these credentials, which expires after a while.
    ///
    /// # Errors
    /// Only those of the machinery.
    fn issue(&self, member: &Member, credentials: &Credentials) -> Result<PasswordResetToken, DependencyError>;

    /// Tells whose token this is. Whether it is still good for them, only [`verify`](Self::verify) tells.
    ///
    /// # Errors
    /// Where it is no password reset token, or has expired.
    fn member_of(&self, token: &PasswordResetToken) -> Result<MemberId, InvalidPasswordResetToken>;

    /// Checks that the token was made for the member as they are now.
    ///
    /// # Errors
    /// Where it is no password reset token, has expired, is another member's, or the member has got another password or address
    /// since.
    fn verify(
        &self,
        token: &PasswordResetToken,
        member: &Member,
        credentials: &Credentials,
    ) -> Result<(), InvalidPasswordResetToken>;
}
