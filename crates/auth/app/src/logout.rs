use library_auth_domain::{RefreshSecret, RefreshTokenRepository, TokenIssuer};
use library_shared_domain::{Clock, DependencyError};
use std::sync::Arc;

/// Ends a session.
pub struct Logout {
    tokens: Arc<dyn RefreshTokenRepository>,
    issuer: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
}

impl Logout {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, issuer: Arc<dyn TokenIssuer>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, issuer, clock }
    }

    /// Ends the session of this token. One that is unknown or already ended needs no ending: whoever logs out is logged out.
    ///
    /// # Errors
    /// Only those of the machinery.
    pub async fn execute(&self, presented: &RefreshSecret) -> Result<(), DependencyError> {
        let hash = self.issuer.hash_refresh(presented);
        if let Some(token) = self.tokens.find_by_hash(&hash).await? {
            self.tokens.revoke_session(token.session, self.clock.now()).await?;
        }
        Ok(())
    }
}
