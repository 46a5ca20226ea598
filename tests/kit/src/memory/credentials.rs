use super::{Port, state::keep, store::Store};
use async_trait::async_trait;
use library_member_domain::{CredentialRepository, Credentials, PasswordHash, ReplaceCredentialsError};
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

    async fn is_current(&self, judged: &Credentials) -> Result<bool, DependencyError> {
        self.0.read(Port::Credentials, |state| {
            let stored = state.credentials.get(&judged.member_id);
            stored.is_some_and(|stored| stored.password_hash.expose() == judged.password_hash.expose())
        })
    }

    async fn replace(&self, current: &Credentials, new: &PasswordHash) -> Result<(), ReplaceCredentialsError> {
        self.0
            .write(Port::Credentials, |state| {
                let stored = state.credentials.get_mut(&current.member_id).ok_or(ReplaceCredentialsError::Moved)?;
                if stored.password_hash.expose() != current.password_hash.expose() {
                    return Err(ReplaceCredentialsError::Moved);
                }
                stored.password_hash = new.clone();
                Ok(())
            })
            .await
    }
}
