use crate::{Password, PasswordHash};
use async_trait::async_trait;
use library_shared_domain::DependencyError;
use secrecy::SecretString;

/// The port that hashes passwords: slowly, on purpose.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a password with a fresh salt.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, DependencyError>;

    /// Whether this secret is the password behind the hash. Hashes that were made with other parameters still verify.
    ///
    /// # Errors
    /// Only those of the machinery; a hash that cannot be read is one.
    async fn verify(&self, secret: &SecretString, hash: &PasswordHash) -> Result<bool, DependencyError>;

    /// A hash that no password is behind, which costs as much to check as one that this hasher makes: checking it instead of
    /// nothing keeps how long an answer takes from telling whether there was a hash.
    fn decoy(&self) -> PasswordHash;
}
