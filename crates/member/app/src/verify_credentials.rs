use async_trait::async_trait;
use library_auth_domain::{CredentialProof, CredentialVerifier, LoginName, Verified, VerifyCredentialsError};
use library_member_domain::{CredentialRepository, Credentials, Email, MemberRepository, PasswordHash, PasswordHasher};
use library_shared_domain::{DependencyError, MemberId};
use secrecy::SecretString;
use std::sync::Arc;
use uuid::Uuid;

/// An id that no member has: members have UUIDs of version 7.
const NOBODY: MemberId = MemberId::from_uuid(Uuid::nil());

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
    fn login_name(&self, email: &str) -> Result<LoginName, VerifyCredentialsError> {
        parse(email).map(|email| login_name_of(&email))
    }

    #[tracing::instrument(name = "verify_credentials", skip_all)]
    async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<Verified>, VerifyCredentialsError> {
        let email = parse(email)?;
        // The same is looked up and a hash is checked either way, so that the time that an answer takes does not tell whether the
        // address is a member's.
        let member = self.members.find_by_email(&email).await?;
        let stored = self.credentials.find_by_member(member.map_or(NOBODY, |member| member.id())).await?;
        let hash = stored.as_ref().map_or_else(|| self.hasher.decoy(), |credentials| credentials.password_hash.clone());
        let matches = self.hasher.verify(password, &hash).await?;
        Ok(stored.filter(|_| matches).map(|judged| verified_by(&judged)))
    }

    async fn still_good(&self, verified: &Verified) -> Result<bool, DependencyError> {
        let password_hash = PasswordHash::from_phc(verified.proof.expose().to_owned());
        self.credentials.is_current(&Credentials { member_id: verified.member_id, password_hash }).await
    }
}

/// A password's hash has a salt of its own, so it proves which password was looked at even where the same one is set again.
fn verified_by(judged: &Credentials) -> Verified {
    let proof = CredentialProof::from_text(judged.password_hash.expose().to_owned());
    Verified { member_id: judged.member_id, proof }
}

/// The name of the account that is logged in to with this address.
pub(crate) fn login_name_of(email: &Email) -> LoginName {
    LoginName::from_text(email.key().to_owned())
}

fn parse(email: &str) -> Result<Email, VerifyCredentialsError> {
    Email::parse(email).map_err(|error| VerifyCredentialsError::NotAnAddress { rule: error.to_string() })
}

#[cfg(test)]
mod tests;
