use crate::Membership;
use library_member_domain::{CreateMemberError, Credentials, Email, Member, MemberName, Password, PasswordHasher};
use library_notification_domain::NotificationKind;
use library_shared_domain::{Clock, DependencyError, IdGenerator, MemberId, NotificationId, UnitOfWork, idempotency::Completion};
use std::sync::Arc;

/// Registers a member and queues the mail that asks them to prove their address.
pub struct RegisterMember {
    units: Arc<dyn UnitOfWork<Membership>>,
    hasher: Arc<dyn PasswordHasher>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// Who registers.
#[derive(Debug, Clone)]
pub struct RegisterMemberCommand {
    /// Their name.
    pub name: MemberName,
    /// Their address.
    pub email: Email,
    /// The password that they chose.
    pub password: Password,
}

/// Why a member was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterMemberError {
    /// Another member has an equal address.
    #[error("another member has this email address")]
    DuplicateEmail,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl RegisterMember {
    /// The use case on these ports.
    pub fn new(
        units: Arc<dyn UnitOfWork<Membership>>,
        hasher: Arc<dyn PasswordHasher>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { units, hasher, ids, clock }
    }

    /// Registers the member, not yet verified, and answers with them.
    ///
    /// # Errors
    /// [`RegisterMemberError::DuplicateEmail`] where another member has an equal address.
    #[tracing::instrument(name = "register_member", skip_all)]
    pub async fn execute(
        &self,
        command: RegisterMemberCommand,
        completion: &Completion<Member>,
    ) -> Result<Member, RegisterMemberError> {
        // Before the unit begins: hashing is slow on purpose, and a transaction must not wait for it.
        let password_hash = self.hasher.hash(&command.password).await?;
        let now = self.clock.now();
        let member = Member::new(MemberId::from(self.ids.generate()), command.name, command.email, now);
        let unit = self.units.begin().await?;
        unit.members.create(&member).await?;
        unit.credentials.create(&Credentials { member_id: member.id(), password_hash }).await?;
        let notification = NotificationId::from(self.ids.generate());
        let queued = unit.notifications.enqueue(notification, NotificationKind::Verification, member.id(), now).await;
        queued.map_err(DependencyError::from)?;
        completion.complete(unit.claims.as_ref(), &member).await?;
        unit.commit().await?;
        Ok(member)
    }
}

impl From<CreateMemberError> for RegisterMemberError {
    fn from(error: CreateMemberError) -> Self {
        match error {
            CreateMemberError::DuplicateEmail => Self::DuplicateEmail,
            CreateMemberError::Dependency(error) => Self::Dependency(error),
        }
    }
}

#[cfg(test)]
mod tests;
