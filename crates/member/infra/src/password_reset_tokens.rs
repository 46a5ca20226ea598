use crate::bound_tokens::{BoundTokens, Purpose};
use library_member_domain::{Credentials, InvalidPasswordResetToken, Member, PasswordResetToken, PasswordResetTokenIssuer};
use library_shared_domain::{Clock, DependencyError, MemberId};
use library_shared_infra::JwtKeys;
use std::sync::Arc;
use time::Duration;

/// Makes password reset tokens that are JSON Web Tokens, bound to the hash of the password and to the address.
pub struct JwtPasswordResetTokens(BoundTokens);

impl JwtPasswordResetTokens {
    /// Tokens signed with these keys that are good for so long.
    pub fn new(keys: JwtKeys, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self(BoundTokens::new(keys, clock, lifetime, Purpose::ResetPassword))
    }
}

impl PasswordResetTokenIssuer for JwtPasswordResetTokens {
    fn issue(&self, member: &Member, credentials: &Credentials) -> Result<PasswordResetToken, DependencyError> {
        self.0.issue(member.id(), &state(member, credentials)).map(PasswordResetToken::from_text)
    }

    fn member_of(&self, token: &PasswordResetToken) -> Result<MemberId, InvalidPasswordResetToken> {
        self.0.member_of(token.expose()).map_err(|_| InvalidPasswordResetToken)
    }

    fn verify(
        &self,
        token: &PasswordResetToken,
        member: &Member,
        credentials: &Credentials,
    ) -> Result<(), InvalidPasswordResetToken> {
        self.0.verify(token.expose(), member.id(), &state(member, credentials)).map_err(|_| InvalidPasswordResetToken)
    }
}

/// What a token may change, and where it was mailed to.
fn state<'a>(member: &'a Member, credentials: &'a Credentials) -> [&'a str; 2] {
    [credentials.password_hash.expose(), member.email().as_str()]
}
