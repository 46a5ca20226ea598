use library_auth_domain::RefreshTokenRepository;
use library_member_domain::{CredentialRepository, Credentials, MemberRepository, PasswordHash, ReplaceCredentialsError};
use library_notification_domain::{EnqueueError, NotificationKind, NotificationQueue};
use library_shared_domain::{DependencyError, MemberId, NotificationId, SessionId, Unit, idempotency::ClaimRepository};
use std::sync::Arc;
use time::OffsetDateTime;

/// What a unit of work on the members spans.
#[derive(Clone)]
pub struct Membership {
    /// The members, as the unit sees them.
    pub members: Arc<dyn MemberRepository>,
    /// Their credentials.
    pub credentials: Arc<dyn CredentialRepository>,
    /// Their sessions.
    pub sessions: Arc<dyn RefreshTokenRepository>,
    /// What is to be sent to them, once the unit is committed.
    pub notifications: Arc<dyn NotificationQueue>,
    /// The claims of idempotency keys.
    pub claims: Arc<dyn ClaimRepository>,
}

/// A change of a member's password, within a unit of work that has saved the member, so that it takes the locks in the order in
/// which deleting them does.
pub(crate) struct PasswordChange<'a> {
    /// The credentials that are replaced.
    pub current: &'a Credentials,
    /// The hash of the new password.
    pub new: &'a PasswordHash,
    /// The session that goes on, if one does.
    pub except: Option<SessionId>,
    /// The id of the notification that tells the member.
    pub notification: NotificationId,
    /// When it happens.
    pub now: OffsetDateTime,
}

impl Membership {
    /// Replaces the password, ends the other sessions, and queues the mail that tells the member.
    ///
    /// # Errors
    /// [`ReplaceCredentialsError::Moved`] where the member has other credentials by now.
    pub(crate) async fn change_password(&self, change: PasswordChange<'_>) -> Result<(), ReplaceCredentialsError> {
        let PasswordChange { current, new, except, notification, now } = change;
        let id = current.member_id;
        self.credentials.replace(current, new).await?;
        self.sessions.revoke_sessions_of(id, except, now).await?;
        let queued = self.notifications.enqueue(notification, NotificationKind::PasswordChanged, id, now).await;
        Ok(queued.map_err(DependencyError::from)?)
    }
}

/// Queues a notification to a member whom the unit has found, and commits. One who has just been deleted is not written to.
///
/// # Errors
/// Only those of the machinery.
pub(crate) async fn notify(
    unit: Unit<Membership>,
    member_id: MemberId,
    kind: NotificationKind,
    id: NotificationId,
    now: OffsetDateTime,
) -> Result<(), DependencyError> {
    match unit.notifications.enqueue(id, kind, member_id, now).await {
        Ok(()) => unit.commit().await,
        Err(EnqueueError::MemberMissing) => Ok(()),
        Err(EnqueueError::Dependency(error)) => Err(error),
    }
}

#[cfg(test)]
impl Membership {
    /// Units of work on this library's members.
    pub(crate) fn units(library: &library_testkit::InMemoryLibrary) -> Arc<dyn library_shared_domain::UnitOfWork<Self>> {
        library.unit_of_work(|library| Self {
            members: library.members(),
            credentials: library.credentials(),
            sessions: library.refresh_tokens(),
            notifications: library.notifications(),
            claims: library.claims(),
        })
    }
}
