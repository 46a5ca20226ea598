use super::{
    checksum::{sealed, unsealed},
    failures::Failures,
};
use library_member_domain::{InvalidVerificationToken, VerificationToken, VerificationTokenIssuer};
use library_shared_domain::{Clock, DependencyError, MemberId};
use std::sync::Arc;
use time::Duration;

/// For how long a verification token is accepted.
const LIFETIME: Duration = Duration::hours(24);

/// Issues readable verification tokens that expire by the clock.
pub struct FakeVerificationTokens {
    clock: Arc<dyn Clock>,
    failures: Failures,
}

impl FakeVerificationTokens {
    /// An issuer whose tokens expire by this clock, after 24 hours.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, failures: Failures::default() }
    }

    /// Makes it fail to issue one more token, as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }
}

impl VerificationTokenIssuer for FakeVerificationTokens {
    fn issue(&self, member_id: MemberId) -> Result<VerificationToken, DependencyError> {
        self.failures.check("token issuer")?;
        let expires_at = (self.clock.now() + LIFETIME).unix_timestamp_nanos();
        Ok(VerificationToken::from_text(sealed(&format!("verification.{expires_at}.{member_id}"))))
    }

    fn verify(&self, token: &str) -> Result<MemberId, InvalidVerificationToken> {
        let fields: Vec<_> = unsealed(token).ok_or(InvalidVerificationToken)?.split('.').collect();
        let ["verification", expires_at, member_id] = fields[..] else { return Err(InvalidVerificationToken) };
        let expires_at: i128 = expires_at.parse().map_err(|_| InvalidVerificationToken)?;
        if self.clock.now().unix_timestamp_nanos() >= expires_at {
            return Err(InvalidVerificationToken);
        }
        member_id.parse().map_err(|_| InvalidVerificationToken)
    }
}
