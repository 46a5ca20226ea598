use crate::{Membership, membership::PasswordChange, verify_credentials::login_name_of};
use library_auth_domain::{FailedLogins, LoginName};
use library_member_domain::{
    Credentials, InvalidPasswordResetToken, Member, Password, PasswordHasher, PasswordResetToken, PasswordResetTokenIssuer,
    ReplaceCredentialsError, UpdateMemberError,
};
use library_shared_domain::{
    Clock, DependencyError, IdGenerator, MemberId, NotificationId, UPDATE_ATTEMPTS, UnitOfWork, contended,
};
use std::sync::Arc;

/// Sets a new password by the token that was mailed to the member who forgot the old one.
pub struct ResetPassword {
    units: Arc<dyn UnitOfWork<Membership>>,
    tokens: Arc<dyn PasswordResetTokenIssuer>,
    hasher: Arc<dyn PasswordHasher>,
    failed_logins: Arc<dyn FailedLogins>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// The new password.
#[derive(Debug, Clone)]
pub struct ResetPasswordCommand {
    /// The token of the mail.
    pub token: PasswordResetToken,
    /// The password that they chose.
    pub password: Password,
}

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// The token is bad, expired, tampered with, of another purpose, was used before, or its member has changed or is gone.
    #[error(transparent)]
    InvalidToken(#[from] InvalidPasswordResetToken),
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl ResetPassword {
    /// The use case on these ports.
    pub fn new(
        units: Arc<dyn UnitOfWork<Membership>>,
        tokens: Arc<dyn PasswordResetTokenIssuer>,
        hasher: Arc<dyn PasswordHasher>,
        failed_logins: Arc<dyn FailedLogins>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { units, tokens, hasher, failed_logins, ids, clock }
    }

    /// Sets the password, gives up an address that waits to be proven, ends all sessions of the member, and queues the mail that tells
    /// them. Of many who present one token, one succeeds. What failed with the old password is forgotten: who forgot it has most likely
    /// tried it out.
    ///
    /// # Errors
    /// [`ResetPasswordError::InvalidToken`] for a token that is not good, or no longer.
    #[tracing::instrument(name = "reset_password", skip_all)]
    pub async fn execute(&self, command: ResetPasswordCommand) -> Result<(), ResetPasswordError> {
        let id = self.tokens.member_of(&command.token)?;
        // First in a unit of its own, so that a token that is dead costs no hash; then hashing, because no transaction must wait
        // for that.
        self.redeem(&*self.units.begin().await?, id, &command.token).await?;
        let password_hash = self.hasher.hash(&command.password).await?;
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let (mut member, credentials) = self.redeem(&unit, id, &command.token).await?;
            let now = self.clock.now();
            member.note_new_password(now);
            match unit.members.update(&member).await {
                Ok(_) => {}
                Err(UpdateMemberError::Moved) => continue,
                Err(UpdateMemberError::Missing) => return Err(InvalidPasswordResetToken.into()),
                // It changes no address, so that is a fault of ours.
                Err(error @ UpdateMemberError::DuplicateEmail) => return Err(DependencyError::failed("database", error).into()),
                Err(UpdateMemberError::Dependency(error)) => return Err(error.into()),
            }
            let notification = NotificationId::from(self.ids.generate());
            let change = PasswordChange { current: &credentials, new: &password_hash, except: None, notification, now };
            match unit.change_password(change).await {
                Ok(()) => {
                    unit.commit().await?;
                    self.forget_failures(&member).await;
                    return Ok(());
                }
                Err(ReplaceCredentialsError::Moved) => {}
                Err(ReplaceCredentialsError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }

    async fn forget_failures(&self, member: &Member) {
        for name in [login_name_of(member.email()), LoginName::of_member(member.id())] {
            self.failed_logins.forget(&name).await;
        }
    }

    /// The member of this id, with the credentials that the token may replace.
    async fn redeem(
        &self,
        unit: &Membership,
        id: MemberId,
        token: &PasswordResetToken,
    ) -> Result<(Member, Credentials), ResetPasswordError> {
        let member = unit.members.find_by_id(id).await?.ok_or(InvalidPasswordResetToken)?;
        let credentials = unit.credentials.find_by_member(id).await?.ok_or(InvalidPasswordResetToken)?;
        self.tokens.verify(token, &member, &credentials)?;
        Ok((member, credentials))
    }
}

#[cfg(test)]
mod tests;
