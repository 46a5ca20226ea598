use super::{
    checksum::{checksum, sealed, unsealed},
    failures::Failures,
};
use library_member_domain::{Email, EmailChangeTokenIssuer, InvalidVerificationToken, VerificationToken};
use library_shared_domain::{Clock, DependencyError, MemberId};
use std::sync::Arc;
use time::Duration;

/// For how long a token is accepted.
const LIFETIME: Duration = Duration::hours(24);

/// Issues readable tokens of addresses that are to change, which expire by the clock.
pub struct FakeEmailChangeTokens {
    clock: Arc<dyn Clock>,
    failures: Failures,
}

impl FakeEmailChangeTokens {
    /// An issuer whose tokens expire by this clock, after 24 hours.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, failures: Failures::default() }
    }

    /// Makes it fail to issue one more token, as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }

    /// Whose token this is, and the address that it was made for.
    fn read(&self, token: &str) -> Result<(MemberId, u64), InvalidVerificationToken> {
        let fields: Vec<_> = unsealed(token).ok_or(InvalidVerificationToken)?.split('.').collect();
        let ["address", expires_at, member_id, address] = fields[..] else { return Err(InvalidVerificationToken) };
        let expires_at: i128 = expires_at.parse().map_err(|_| InvalidVerificationToken)?;
        if self.clock.now().unix_timestamp_nanos() >= expires_at {
            return Err(InvalidVerificationToken);
        }
        let member_id = member_id.parse().map_err(|_| InvalidVerificationToken)?;
        Ok((member_id, address.parse().map_err(|_| InvalidVerificationToken)?))
    }
}

impl EmailChangeTokenIssuer for FakeEmailChangeTokens {
    fn issue(&self, member_id: MemberId, address: &Email) -> Result<VerificationToken, DependencyError> {
        self.failures.check("token issuer")?;
        let expires_at = (self.clock.now() + LIFETIME).unix_timestamp_nanos();
        let content = format!("address.{expires_at}.{member_id}.{}", checksum(address.as_str()));
        Ok(VerificationToken::from_text(sealed(&content)))
    }

    fn member_of(&self, token: &str) -> Result<MemberId, InvalidVerificationToken> {
        self.read(token).map(|(member_id, _)| member_id)
    }

    fn verify(&self, token: &str, member_id: MemberId, address: &Email) -> Result<(), InvalidVerificationToken> {
        let is_theirs = self.read(token)? == (member_id, checksum(address.as_str()));
        if is_theirs { Ok(()) } else { Err(InvalidVerificationToken) }
    }
}
