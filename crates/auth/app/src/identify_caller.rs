use library_auth_domain::{AccountDirectory, InvalidAccessToken, TokenIssuer};
use library_shared_domain::{DependencyError, MemberId};
use std::sync::Arc;

/// Tells who calls, by the access token that they hold.
pub struct IdentifyCaller {
    issuer: Arc<dyn TokenIssuer>,
    accounts: Arc<dyn AccountDirectory>,
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The member.
    pub member_id: MemberId,
    /// Whether they have proven that their email address is theirs.
    pub is_verified: bool,
}

/// Why it is not known who calls.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyCallerError {
    /// The token is not good, or its member is gone.
    #[error(transparent)]
    InvalidToken(#[from] InvalidAccessToken),
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl IdentifyCaller {
    /// The use case on these ports.
    pub fn new(issuer: Arc<dyn TokenIssuer>, accounts: Arc<dyn AccountDirectory>) -> Self {
        Self { issuer, accounts }
    }

    /// The member who holds this token, as they are now.
    ///
    /// # Errors
    /// [`IdentifyCallerError::InvalidToken`] where the token is not good or its member is gone.
    pub async fn execute(&self, token: &str) -> Result<Caller, IdentifyCallerError> {
        let member_id = self.issuer.verify_access(token)?;
        let account = self.accounts.find(member_id).await?.ok_or(InvalidAccessToken)?;
        Ok(Caller { member_id, is_verified: account.is_verified })
    }
}
