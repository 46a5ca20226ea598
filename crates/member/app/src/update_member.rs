use crate::{Membership, membership::PasswordChange};
use library_auth_domain::{FailedLogins, LoginName, TooManyFailures, guarded};
use library_member_domain::{
    Credentials, Email, Member, MemberChanges, Password, PasswordHash, PasswordHasher, ReplaceCredentialsError,
    UpdateMemberError as SaveError,
};
use library_notification_domain::NotificationKind;
use library_shared_domain::{
    Clock, DependencyError, ExpectedVersion, IdGenerator, MemberId, NotificationId, SessionId, UPDATE_ATTEMPTS, UnitOfWork,
    contended,
};
use secrecy::SecretString;
use std::sync::Arc;
use time::OffsetDateTime;

/// Changes what a member may change of themselves: their name, their address once it is proven, their password. After many wrong passwords
/// in a row, whoever has the session is slowed down, as at the log-in.
pub struct UpdateMember {
    units: Arc<dyn UnitOfWork<Membership>>,
    hasher: Arc<dyn PasswordHasher>,
    failed_logins: Arc<dyn FailedLogins>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// The change.
#[derive(Debug, Clone)]
pub struct UpdateMemberCommand {
    /// Which member.
    pub id: MemberId,
    /// The session in which they ask for it; it goes on when the password changes. Without one, the address stays as it is.
    pub session: Option<SessionId>,
    /// What is to change of the member.
    pub changes: MemberChanges,
    /// The new password, if there is one.
    pub password: Option<NewPassword>,
    /// In which versions they may be changed.
    pub expected: ExpectedVersion,
}

/// Another password.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// The one until now, as its owner says.
    pub current: SecretString,
    /// The one from now on.
    pub new: Password,
}

/// Why a member was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateMemberError {
    /// There is no such member.
    #[error("there is no such member")]
    NotFound,
    /// The member is in none of the versions that were expected.
    #[error("the member is in another version than was expected")]
    VersionMismatch,
    /// The session in which they ask for another address has ended, or they do not say which it is.
    #[error("the session has ended")]
    SessionEnded,
    /// What was said to be the password until now is not.
    #[error("the current password is another one")]
    WrongPassword,
    /// Too many passwords in a row were wrong; this one was not looked at.
    #[error(transparent)]
    TooManyFailures(#[from] TooManyFailures),
    /// Another member has an equal address.
    #[error("another member has this email address")]
    DuplicateEmail,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// The credentials that the current password was checked against, and the hash that is to take their place.
struct Replacement {
    current: Credentials,
    new: PasswordHash,
}

/// Why an attempt came to nothing.
enum Lost {
    /// Another caller has saved the member in between.
    Member,
    /// The credentials are not those any more that the password was checked against.
    Credentials,
    /// It is not to be tried again.
    For(UpdateMemberError),
}

impl<E: Into<UpdateMemberError>> From<E> for Lost {
    fn from(error: E) -> Self {
        Self::For(error.into())
    }
}

impl UpdateMember {
    /// The use case on these ports.
    pub fn new(
        units: Arc<dyn UnitOfWork<Membership>>,
        hasher: Arc<dyn PasswordHasher>,
        failed_logins: Arc<dyn FailedLogins>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { units, hasher, failed_logins, ids, clock }
    }

    /// Makes the whole change or nothing of it, and answers with the member. Another address waits to be proven: a mail goes there,
    /// and one to the address until now. Another password ends every other session and gives up an address that waits, unless it comes with
    /// one, and a mail tells the member.
    ///
    /// # Errors
    /// [`UpdateMemberError::NotFound`] where there is no such member, [`UpdateMemberError::VersionMismatch`] where they are in a
    /// version that was not expected, [`UpdateMemberError::SessionEnded`] where another address is asked for in a session that has ended,
    /// [`UpdateMemberError::WrongPassword`] where the password until now is another one,
    /// [`UpdateMemberError::TooManyFailures`] where it comes too early after others that were wrong,
    /// [`UpdateMemberError::DuplicateEmail`] where another member has the address.
    #[tracing::instrument(name = "update_member", skip_all)]
    pub async fn execute(&self, command: UpdateMemberCommand) -> Result<Member, UpdateMemberError> {
        let mut replacement = match &command.password {
            None => None,
            Some(password) => Some(Replacement {
                current: self.checked(command.id, &password.current).await?,
                new: self.hasher.hash(&password.new).await?,
            }),
        };
        for _ in 0..UPDATE_ATTEMPTS {
            match self.attempt(&command, replacement.as_ref()).await {
                Ok(saved) => return Ok(saved),
                Err(Lost::Member) => {}
                Err(Lost::Credentials) => {
                    if let (Some(replacement), Some(password)) = (&mut replacement, &command.password) {
                        replacement.current = self.checked(command.id, &password.current).await?;
                    }
                }
                Err(Lost::For(error)) => return Err(error),
            }
        }
        Err(contended().into())
    }

    /// The member's credentials, if this is their password: outside of the unit that changes them, because checking is slow.
    async fn checked(&self, id: MemberId, password: &SecretString) -> Result<Credentials, UpdateMemberError> {
        let check = async {
            let found = self.units.begin().await?.credentials.find_by_member(id).await?;
            let credentials = found.ok_or(UpdateMemberError::NotFound)?;
            let is_theirs = self.hasher.verify(password, &credentials.password_hash).await?;
            Ok::<_, UpdateMemberError>(is_theirs.then_some(credentials))
        };
        guarded(&*self.failed_logins, &LoginName::of_member(id), check).await?.ok_or(UpdateMemberError::WrongPassword)
    }

    async fn attempt(&self, command: &UpdateMemberCommand, replacement: Option<&Replacement>) -> Result<Member, Lost> {
        let unit = self.units.begin().await?;
        let mut member = unit.members.find_by_id(command.id).await?.ok_or(UpdateMemberError::NotFound)?;
        let now = self.clock.now();
        if command.changes.email.is_some() {
            refuse_ended_session(&unit, command, now).await?;
        }
        if !command.expected.accepts(member.revision().version) {
            return Err(UpdateMemberError::VersionMismatch.into());
        }
        if let Some(email) = &command.changes.email {
            refuse_anothers(&unit, &member, email).await?;
        }
        if replacement.is_some() {
            // Before the changes, so that an address which comes with the password is kept.
            member.note_new_password(now);
        }
        member.revise(command.changes.clone(), now);
        let saved = match unit.members.update(&member).await {
            Ok(saved) => saved,
            Err(SaveError::Moved) => return Err(Lost::Member),
            Err(SaveError::Missing) => return Err(UpdateMemberError::NotFound.into()),
            Err(SaveError::DuplicateEmail) => return Err(UpdateMemberError::DuplicateEmail.into()),
            Err(SaveError::Dependency(error)) => return Err(error.into()),
        };
        if let Some(Replacement { current, new }) = replacement {
            let (except, notification) = (command.session, self.notification_id());
            match unit.change_password(PasswordChange { current, new, except, notification, now }).await {
                Ok(()) => {}
                Err(ReplaceCredentialsError::Moved) => return Err(Lost::Credentials),
                Err(ReplaceCredentialsError::Dependency(error)) => return Err(error.into()),
            }
        }
        if command.changes.email.is_some() && saved.pending_email().is_some() {
            self.queue_mails_about_the_address(&unit, saved.id(), now).await?;
        }
        unit.commit().await?;
        Ok(saved)
    }

    /// The one to the address until now goes first.
    async fn queue_mails_about_the_address(
        &self,
        unit: &Membership,
        id: MemberId,
        now: OffsetDateTime,
    ) -> Result<(), DependencyError> {
        for kind in [NotificationKind::EmailChangeNotice, NotificationKind::EmailChange] {
            unit.notifications.enqueue(self.notification_id(), kind, id, now).await.map_err(DependencyError::from)?;
        }
        Ok(())
    }

    fn notification_id(&self) -> NotificationId {
        NotificationId::from(self.ids.generate())
    }
}

/// Refuses another address to whoever has nothing but the access token of a session that has ended: it is good for a while, and with an
/// address of their own they could have the account for good. The session is asked for after the member was loaded: whoever ends it and
/// changes the member at once, as a reset does, is seen here or makes the update a lost race.
async fn refuse_ended_session(
    unit: &Membership,
    command: &UpdateMemberCommand,
    now: OffsetDateTime,
) -> Result<(), UpdateMemberError> {
    let goes_on = match command.session {
        Some(session) => unit.sessions.is_active(command.id, session, now).await?,
        None => false,
    };
    if goes_on { Ok(()) } else { Err(UpdateMemberError::SessionEnded) }
}

/// Refuses an address that another member has; whoever proves one that several have in mind first, gets it.
async fn refuse_anothers(unit: &Membership, member: &Member, email: &Email) -> Result<(), UpdateMemberError> {
    match unit.members.find_by_email(email).await? {
        Some(other) if other.id() != member.id() => Err(UpdateMemberError::DuplicateEmail),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
