use crate::Membership;
use library_member_domain::{InvalidVerificationToken, Member, UpdateMemberError, VerificationTokenIssuer};
use library_shared_domain::{Clock, DependencyError, UPDATE_ATTEMPTS, UnitOfWork, contended};
use std::sync::Arc;

/// Takes the proof that a member's address is theirs.
pub struct VerifyMember {
    units: Arc<dyn UnitOfWork<Membership>>,
    tokens: Arc<dyn VerificationTokenIssuer>,
    clock: Arc<dyn Clock>,
}

/// Why a member was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyMemberError {
    /// The token is bad, expired, tampered with or of another purpose.
    #[error(transparent)]
    InvalidToken(#[from] InvalidVerificationToken),
    /// The token is good, but the member is gone.
    #[error("there is no such member")]
    NotFound,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl VerifyMember {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Membership>>, tokens: Arc<dyn VerificationTokenIssuer>, clock: Arc<dyn Clock>) -> Self {
        Self { units, tokens, clock }
    }

    /// Verifies the member whom the token was made for and answers with them. Doing so again changes nothing and writes nothing.
    ///
    /// # Errors
    /// [`VerifyMemberError::InvalidToken`] for a bad token, [`VerifyMemberError::NotFound`] where the member is gone.
    #[tracing::instrument(name = "verify_member", skip_all)]
    pub async fn execute(&self, token: &str) -> Result<Member, VerifyMemberError> {
        let member_id = self.tokens.verify(token)?;
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let mut member = unit.members.find_by_id(member_id).await?.ok_or(VerifyMemberError::NotFound)?;
            if !member.mark_verified(self.clock.now()) {
                return Ok(member);
            }
            match unit.members.update(&member).await {
                Ok(saved) => {
                    unit.commit().await?;
                    return Ok(saved);
                }
                Err(UpdateMemberError::Moved) => {}
                Err(UpdateMemberError::Missing) => return Err(VerifyMemberError::NotFound),
                Err(UpdateMemberError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }
}

#[cfg(test)]
mod tests;
