use super::{
    checksum::{checksum, sealed, unsealed},
    failures::Failures,
};
use library_member_domain::{Credentials, InvalidPasswordResetToken, Member, PasswordResetToken, PasswordResetTokenIssuer};
use library_shared_domain::{Clock, DependencyError, MemberId};
use std::sync::Arc;
use time::Duration;

/// For how long a password reset token is accepted.
const LIFETIME: Duration = Duration::HOUR;

/// Issues readable password reset tokens that expire by the clock.
pub struct FakePasswordResetTokens {
    clock: Arc<dyn Clock>,
    failures: Failures,
}

impl FakePasswordResetTokens {
    /// An issuer whose tokens expire by this clock, after an hour.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, failures: Failures::default() }
    }

    /// Makes it fail to issue one more token, as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }

    /// Whose token this is, and the state that it was made for.
    fn read(&self, token: &PasswordResetToken) -> Result<(MemberId, u64), InvalidPasswordResetToken> {
        let fields: Vec<_> = unsealed(token.expose()).ok_or(InvalidPasswordResetToken)?.split('.').collect();
        let ["reset", expires_at, member_id, state] = fields[..] else { return Err(InvalidPasswordResetToken) };
        let expires_at: i128 = expires_at.parse().map_err(|_| InvalidPasswordResetToken)?;
        if self.clock.now().unix_timestamp_nanos() >= expires_at {
            return Err(InvalidPasswordResetToken);
        }
        let member_id = member_id.parse().map_err(|_| InvalidPasswordResetToken)?;
        Ok((member_id, state.parse().map_err(|_| InvalidPasswordResetToken)?))
    }
}

impl PasswordResetTokenIssuer for FakePasswordResetTokens {
    fn issue(&self, member: &Member, credentials: &Credentials) -> Result<PasswordResetToken, DependencyError> {
        self.failures.check("token issuer")?;
        let expires_at = (self.clock.now() + LIFETIME).unix_timestamp_nanos();
        let content = format!("reset.{expires_at}.{}.{}", member.id(), state(member, credentials));
        Ok(PasswordResetToken::from_text(sealed(&content)))
    }

    fn member_of(&self, token: &PasswordResetToken) -> Result<MemberId, InvalidPasswordResetToken> {
        self.read(token).map(|(member_id, _)| member_id)
    }

    fn verify(
        &self,
        token: &PasswordResetToken,
        member: &Member,
        credentials: &Credentials,
    ) -> Result<(), InvalidPasswordResetToken> {
        let is_theirs = self.read(token)? == (member.id(), state(member, credentials));
        if is_theirs { Ok(()) } else { Err(InvalidPasswordResetToken) }
    }
}

fn state(member: &Member, credentials: &Credentials) -> u64 {
    checksum((credentials.password_hash.expose(), member.email().as_str()))
}
