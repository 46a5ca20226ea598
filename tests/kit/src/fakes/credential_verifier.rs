use super::failures::Failures;
use crate::locked::locked;
use async_trait::async_trait;
use library_auth_domain::{CredentialProof, CredentialVerifier, LoginName, Verified, VerifyCredentialsError};
use library_shared_domain::{DependencyError, MemberId};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// A verifier that knows the credentials that a test has told it.
#[derive(Default)]
pub struct FakeCredentialVerifier {
    known: Mutex<Vec<Known>>,
    judged: AtomicUsize,
    is_outrun: AtomicBool,
    failures: Failures,
    failures_to_confirm: Failures,
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

    /// Lets other passwords take the place of all that it verifies, before it is asked about them again.
    pub fn let_passwords_change(&self) {
        self.is_outrun.store(true, Ordering::SeqCst);
    }

    /// Makes one more call fail as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }

    /// Makes it fail once to tell whether what it verified is still good, as unavailable.
    pub fn fail_to_confirm_next(&self) {
        self.failures_to_confirm.plan();
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

    async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<Verified>, VerifyCredentialsError> {
        self.failures.check("credential verifier")?;
        self.judged.fetch_add(1, Ordering::SeqCst);
        let name = self.login_name(email)?;
        let email = name.as_str();
        let known = locked(&self.known);
        let matching = known.iter().find(|known| known.email == email && known.password == password.expose_secret());
        let proof = || CredentialProof::from_text(password.expose_secret().to_owned());
        Ok(matching.map(|known| Verified { member_id: known.member_id, proof: proof() }))
    }

    async fn still_good(&self, verified: &Verified) -> Result<bool, DependencyError> {
        self.failures_to_confirm.check("credential verifier")?;
        let is_known = |known: &Known| known.member_id == verified.member_id && known.password == verified.proof.expose();
        Ok(!self.is_outrun.load(Ordering::SeqCst) && locked(&self.known).iter().any(is_known))
    }
}
