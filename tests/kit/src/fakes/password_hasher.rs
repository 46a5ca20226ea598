use super::failures::Failures;
use async_trait::async_trait;
use library_member_domain::{Password, PasswordHash, PasswordHasher};
use library_shared_domain::DependencyError;
use secrecy::{ExposeSecret, SecretString};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A hasher that takes no time and counts its calls, so that a test can show that two ways cost the same. What it makes can be
/// read backwards.
#[derive(Debug, Default)]
pub struct FakePasswordHasher {
    hashed: AtomicUsize,
    verified: AtomicUsize,
    failures: Failures,
}

impl FakePasswordHasher {
    /// A hasher that has not been called.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many passwords it has hashed.
    #[must_use]
    pub fn hash_calls(&self) -> usize {
        self.hashed.load(Ordering::SeqCst)
    }

    /// How many secrets it has checked, those against the decoy included.
    #[must_use]
    pub fn verify_calls(&self) -> usize {
        self.verified.load(Ordering::SeqCst)
    }

    /// Makes one more call fail as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }
}

#[async_trait]
impl PasswordHasher for FakePasswordHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, DependencyError> {
        let salt = self.hashed.fetch_add(1, Ordering::SeqCst);
        self.failures.check("password hasher")?;
        Ok(PasswordHash::from_phc(format!("$fake${salt}${}", backwards(password.secret().expose_secret()))))
    }

    async fn verify(&self, secret: &SecretString, hash: &PasswordHash) -> Result<bool, DependencyError> {
        self.verified.fetch_add(1, Ordering::SeqCst);
        self.failures.check("password hasher")?;
        let salt_and_text = hash.expose().strip_prefix("$fake$").and_then(|rest| rest.split_once('$'));
        let (salt, text) = salt_and_text.ok_or_else(|| DependencyError::failed("password hasher", "the hash cannot be read"))?;
        Ok(salt != DECOY && text == backwards(secret.expose_secret()))
    }

    fn decoy(&self) -> PasswordHash {
        PasswordHash::from_phc(format!("$fake${DECOY}$"))
    }
}

/// The salt that tells the decoy: no password is behind it, not even the empty one.
const DECOY: &str = "decoy";

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::FakePasswordHasher;
    use crate::builders::a_password;
    use library_member_domain::PasswordHasher;

    #[tokio::test]
    async fn it_counts_what_it_was_asked() {
        let hasher = FakePasswordHasher::new();
        hasher.hash(&a_password()).await.expect("hashed");
        let decoy = hasher.decoy();
        hasher.verify(a_password().secret(), &decoy).await.expect("checked");
        hasher.verify(a_password().secret(), &decoy).await.expect("checked");
        assert_eq!((hasher.hash_calls(), hasher.verify_calls()), (1, 2));
    }
}
