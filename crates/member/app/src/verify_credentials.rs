use async_trait::async_trait;
use library_auth_domain::{CredentialVerifier, VerifyCredentialsError};
use library_member_domain::{CredentialRepository, Email, MemberRepository, PasswordHasher};
use library_shared_domain::MemberId;
use secrecy::SecretString;
use std::sync::Arc;

/// Tells whose email address and password these are.
pub struct VerifyCredentials {
    members: Arc<dyn MemberRepository>,
    credentials: Arc<dyn CredentialRepository>,
    hasher: Arc<dyn PasswordHasher>,
}

impl VerifyCredentials {
    /// The use case on these ports.
    pub fn new(
        members: Arc<dyn MemberRepository>,
        credentials: Arc<dyn CredentialRepository>,
        hasher: Arc<dyn PasswordHasher>,
    ) -> Self {
        Self { members, credentials, hasher }
    }
}

#[async_trait]
impl CredentialVerifier for VerifyCredentials {
    async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<MemberId>, VerifyCredentialsError> {
        let email = Email::parse(email).map_err(|error| VerifyCredentialsError::NotAnAddress { rule: error.to_string() })?;
        let stored = match self.members.find_by_email(&email).await? {
            Some(member) => self.credentials.find_by_member(member.id()).await?,
            None => None,
        };
        // A hash is checked either way, so that the time an answer takes does not tell whether the address is a member's.
        let hash = stored.as_ref().map_or_else(|| self.hasher.decoy(), |credentials| credentials.password_hash.clone());
        let matches = self.hasher.verify(password, &hash).await?;
        Ok(stored.filter(|_| matches).map(|credentials| credentials.member_id))
    }
}

#[cfg(test)]
mod tests;
