use crate::Membership;
use library_member_domain::{
    Email, EmailChangeTokenIssuer, InvalidVerificationToken, Member, UpdateMemberError, VerificationTokenIssuer,
};
use library_shared_domain::{Clock, DependencyError, MemberId, UPDATE_ATTEMPTS, UnitOfWork, contended};
use std::sync::Arc;

/// Takes the proof that a member's address is theirs: the one they registered with, or one that is to take its place.
pub struct VerifyMember {
    units: Arc<dyn UnitOfWork<Membership>>,
    tokens: Arc<dyn VerificationTokenIssuer>,
    change_tokens: Arc<dyn EmailChangeTokenIssuer>,
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
    /// The token is good, but another member has got the address meanwhile.
    #[error("another member has this email address")]
    DuplicateEmail,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl VerifyMember {
    /// The use case on these ports.
    pub fn new(
        units: Arc<dyn UnitOfWork<Membership>>,
        tokens: Arc<dyn VerificationTokenIssuer>,
        change_tokens: Arc<dyn EmailChangeTokenIssuer>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { units, tokens, change_tokens, clock }
    }

    /// Verifies the member whom the token was made for and answers with them: their address, or the one that waits to take its place,
    /// which it does now. Doing so again changes nothing and writes nothing.
    ///
    /// # Errors
    /// [`VerifyMemberError::InvalidToken`] for a bad token, [`VerifyMemberError::NotFound`] where the member is gone,
    /// [`VerifyMemberError::DuplicateEmail`] where another member has got the address meanwhile.
    #[tracing::instrument(name = "verify_member", skip_all)]
    pub async fn execute(&self, token: &str) -> Result<Member, VerifyMemberError> {
        if let Ok(id) = self.tokens.verify(token) {
            return self.save(id, |member| Ok(member.mark_verified(self.clock.now()))).await;
        }
        let id = self.change_tokens.member_of(token)?;
        self.save(id, |member| self.confirm(token, member)).await
    }

    /// Confirms the address that waits, if the token proves it, and tells whether that is news.
    fn confirm(&self, token: &str, member: &mut Member) -> Result<bool, InvalidVerificationToken> {
        let proves = |address: &Email| self.change_tokens.verify(token, member.id(), address);
        match member.pending_email().map(proves) {
            Some(Ok(())) => Ok(member.confirm_pending_email(self.clock.now())),
            // It may have been presented before.
            Some(Err(_)) | None if member.is_verified() => proves(member.email()).map(|()| false),
            Some(Err(_)) | None => Err(InvalidVerificationToken),
        }
    }

    async fn save(
        &self,
        id: MemberId,
        verify: impl Fn(&mut Member) -> Result<bool, InvalidVerificationToken> + Send + Sync,
    ) -> Result<Member, VerifyMemberError> {
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let mut member = unit.members.find_by_id(id).await?.ok_or(VerifyMemberError::NotFound)?;
            if !verify(&mut member)? {
                return Ok(member);
            }
            match unit.members.update(&member).await {
                Ok(saved) => {
                    unit.commit().await?;
                    return Ok(saved);
                }
                Err(UpdateMemberError::Moved) => {}
                Err(UpdateMemberError::Missing) => return Err(VerifyMemberError::NotFound),
                Err(UpdateMemberError::DuplicateEmail) => return Err(VerifyMemberError::DuplicateEmail),
                Err(UpdateMemberError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }
}

#[cfg(test)]
mod tests;
