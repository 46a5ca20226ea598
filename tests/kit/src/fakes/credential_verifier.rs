use super::failures::Failures;
use crate::locked::locked;
use async_trait::async_trait;
use library_auth_domain::{CredentialVerifier, LoginName, VerifyCredentialsError};
use library_shared_domain::MemberId;
use secrecy::{ExposeSecret, SecretString};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// A verifier that knows the credentials that a test has told it.
#[derive(Default)]
pub struct FakeCredentialVerifier {
    known: Mutex<Vec<Known>>,
    judged: AtomicUsize,
    failures: Failures,
}

struct Known {
    email: String,
    password: String,
    member_id: MemberId,
}

impl FakeCredentialVerifier {
    /// A verifier that knows nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets it know this member by this address, in whatever case, and this password.
    pub fn accept(&self, email: &str, password: &str, member_id: MemberId) {
        locked(&self.known).push(Known { email: email.to_lowercase(), password: password.to_owned(), member_id });
    }

    /// How many passwords it has looked at.
    #[must_use]
    pub fn judged(&self) -> usize {
        self.judged.load(Ordering::SeqCst)
    }

    /// Makes one more call fail as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }
}

#[async_trait]
impl CredentialVerifier for FakeCredentialVerifier {
    fn login_name(&self, email: &str) -> Result<LoginName, VerifyCredentialsError> {
        if !email.contains('@') {
            return Err(VerifyCredentialsError::NotAnAddress { rule: "must be an email address".to_owned() });
        }
        Ok(LoginName::from_text(email.to_lowercase()))
    }

    async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<MemberId>, VerifyCredentialsError> {
        self.failures.check("credential verifier")?;
        self.judged.fetch_add(1, Ordering::SeqCst);
        let name = self.login_name(email)?;
        let email = name.as_str();
        let known = locked(&self.known);
        let matching = known.iter().find(|known| known.email == email && known.password == password.expose_secret());
        Ok(matching.map(|known| known.member_id))
    }
}
