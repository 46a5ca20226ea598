use super::{Port, state::keep, store::Store};
use async_trait::async_trait;
use library_member_domain::{CredentialRepository, Credentials};
use library_shared_domain::{DependencyError, MemberId};

pub(super) struct MemoryCredentials(pub(super) Store);

#[async_trait]
impl CredentialRepository for MemoryCredentials {
    async fn create(&self, credentials: &Credentials) -> Result<(), DependencyError> {
        self.0
            .write(Port::Credentials, |state| {
                if !state.members.contains_key(&credentials.member_id) {
                    return Err(DependencyError::failed("database", "the credentials' member does not exist"));
                }
                keep(&mut state.credentials, credentials.member_id, credentials.clone())
            })
            .await
    }

    async fn find_by_member(&self, id: MemberId) -> Result<Option<Credentials>, DependencyError> {
        self.0.read(Port::Credentials, |state| state.credentials.get(&id).cloned())
    }
}
