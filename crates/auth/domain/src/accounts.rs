use crate::LoginName;
use async_trait::async_trait;
use library_shared_domain::{DependencyError, MemberId, secret_text};
use secrecy::SecretString;

secret_text! {
    /// What credentials were judged by, in words of whoever judged them.
    pub struct CredentialProof;
}

/// Credentials that were found to be right.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Whose they are.
    pub member_id: MemberId,
    /// What they were judged by.
    pub proof: CredentialProof,
}

/// The port that tells whose email address and password these are.
#[async_trait]
pub trait CredentialVerifier: Send + Sync {
    /// The one name of whatever account is logged in to with this address, be there such an account or not.
    ///
    /// # Errors
    /// [`VerifyCredentialsError::NotAnAddress`] where the text is no email address at all, with the rule that it breaks.
    fn login_name(&self, email: &str) -> Result<LoginName, VerifyCredentialsError>;

    /// Whom this address and this password belong to; `None` where no member has the address or the password is
    /// another. Both take the same work, so that how long the answer takes does not tell which.
    ///
    /// # Errors
    /// [`VerifyCredentialsError::NotAnAddress`] where the text is no email address at all, with the rule that it breaks.
    async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<Verified>, VerifyCredentialsError>;

    /// Whether the member still has the password that was verified. Whoever has started a session and is then told so may rely on it that
    /// whoever sets another password, and ends the sessions after that, finds this one among them.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn still_good(&self, verified: &Verified) -> Result<bool, DependencyError>;
}

/// Why credentials were not judged.
#[derive(Debug, thiserror::Error)]
pub enum VerifyCredentialsError {
    /// The text is no email address.
    #[error("{rule}")]
    NotAnAddress {
        /// The rule that it breaks, for the client.
        rule: String,
    },
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// What a session needs to know of the account behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Whether the member has proven that the email address is theirs.
    pub is_verified: bool,
}

/// The port that tells whether an account exists, and whether it is verified. It never answers from a cache: it decides who may
/// do what.
#[async_trait]
pub trait AccountDirectory: Send + Sync {
    /// The account of this member, if they still are one.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find(&self, member_id: MemberId) -> Result<Option<Account>, DependencyError>;
}
