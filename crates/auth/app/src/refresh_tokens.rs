use crate::{RefreshTokenLifetime, TokenPair};
use library_auth_domain::{
    AccountDirectory, RefreshSecret, RefreshTokenRepository, Rotation, Successor, TokenHash, TokenIssuer, replay_is_theft,
};
use library_shared_domain::{Clock, DependencyError, IdGenerator, RefreshTokenId};
use std::sync::Arc;

/// Renews a session's tokens: a refresh token is good for this once.
pub struct RefreshTokens {
    tokens: Arc<dyn RefreshTokenRepository>,
    accounts: Arc<dyn AccountDirectory>,
    issuer: Arc<dyn TokenIssuer>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
    lifetime: RefreshTokenLifetime,
}

/// Why the tokens were not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshTokensError {
    /// The refresh token is unknown, expired, revoked or replayed, or the member is gone: it is not told which.
    #[error("the refresh token is not valid")]
    InvalidToken,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl RefreshTokens {
    /// The use case on these ports; refresh tokens are good for this long.
    pub fn new(
        tokens: Arc<dyn RefreshTokenRepository>,
        accounts: Arc<dyn AccountDirectory>,
        issuer: Arc<dyn TokenIssuer>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
        lifetime: RefreshTokenLifetime,
    ) -> Self {
        Self { tokens, accounts, issuer, ids, clock, lifetime }
    }

    /// Puts new tokens in the place of this one. A token that comes again long after it was replaced has been stolen, from the
    /// client or from the thief: its whole session ends.
    ///
    /// # Errors
    /// [`RefreshTokensError::InvalidToken`] for every token that is not good.
    #[tracing::instrument(name = "refresh_tokens", skip_all)]
    pub async fn execute(&self, presented: &RefreshSecret) -> Result<TokenPair, RefreshTokensError> {
        let presented = self.issuer.hash_refresh(presented);
        let token = self.tokens.find_by_hash(&presented).await?.ok_or(RefreshTokensError::InvalidToken)?;
        if self.accounts.find(token.member_id).await?.is_none() {
            return Err(RefreshTokensError::InvalidToken);
        }
        // What can fail comes before the rotation: afterwards, a client who got an error would hold a token that is used up.
        let access_token = self.issuer.issue_access(token.member_id, token.session)?;
        let refresh_token = self.rotate(&presented).await?;
        Ok(TokenPair { access_token, expires_in: self.issuer.access_lifetime(), refresh_token })
    }

    async fn rotate(&self, presented: &TokenHash) -> Result<RefreshSecret, RefreshTokensError> {
        let now = self.clock.now();
        let refresh_token = self.issuer.make_refresh();
        let successor = Successor {
            id: RefreshTokenId::from(self.ids.generate()),
            token_hash: self.issuer.hash_refresh(&refresh_token),
            expires_at: self.lifetime.expiry(now),
        };
        match self.tokens.rotate(presented, &successor, now).await? {
            Rotation::Rotated(_) => Ok(refresh_token),
            Rotation::Replayed { session, at } => {
                if replay_is_theft(at, now) {
                    tracing::warn!(%session, "refresh_token_replayed");
                    self.tokens.revoke_session(session, now).await?;
                }
                Err(RefreshTokensError::InvalidToken)
            }
            Rotation::Refused => Err(RefreshTokensError::InvalidToken),
        }
    }
}

#[cfg(test)]
mod tests;
