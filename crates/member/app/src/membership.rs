use library_member_domain::{CredentialRepository, MemberRepository};
use library_notification_domain::NotificationQueue;
use library_shared_domain::idempotency::ClaimRepository;
use std::sync::Arc;

/// What a unit of work on the members spans.
#[derive(Clone)]
pub struct Membership {
    /// The members, as the unit sees them.
    pub members: Arc<dyn MemberRepository>,
    /// Their credentials.
    pub credentials: Arc<dyn CredentialRepository>,
    /// What is to be sent to them, once the unit is committed.
    pub notifications: Arc<dyn NotificationQueue>,
    /// The claims of idempotency keys.
    pub claims: Arc<dyn ClaimRepository>,
}

#[cfg(test)]
impl Membership {
    /// Units of work on this library's members.
    pub(crate) fn units(library: &library_testkit::InMemoryLibrary) -> Arc<dyn library_shared_domain::UnitOfWork<Self>> {
        library.unit_of_work(|library| Self {
            members: library.members(),
            credentials: library.credentials(),
            notifications: library.notifications(),
            claims: library.claims(),
        })
    }
}
