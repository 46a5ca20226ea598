use crate::bound_tokens::{BoundTokens, Purpose};
use library_member_domain::{Email, EmailChangeTokenIssuer, InvalidVerificationToken, VerificationToken};
use library_shared_domain::{Clock, DependencyError, MemberId};
use library_shared_infra::JwtKeys;
use std::sync::Arc;
use time::Duration;

/// Makes the tokens of addresses that are to change as JSON Web Tokens, bound to the address that they prove.
pub struct JwtEmailChangeTokens(BoundTokens);

impl JwtEmailChangeTokens {
    /// Tokens signed with these keys that are good for so long.
    pub fn new(keys: JwtKeys, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self(BoundTokens::new(keys, clock, lifetime, Purpose::ChangeEmail))
    }
}

impl EmailChangeTokenIssuer for JwtEmailChangeTokens {
    fn issue(&self, member_id: MemberId, address: &Email) -> Result<VerificationToken, DependencyError> {
        self.0.issue(member_id, &[address.as_str()]).map(VerificationToken::from_text)
    }

    fn member_of(&self, token: &str) -> Result<MemberId, InvalidVerificationToken> {
        self.0.member_of(token).map_err(|_| InvalidVerificationToken)
    }

    fn verify(&self, token: &str, member_id: MemberId, address: &Email) -> Result<(), InvalidVerificationToken> {
        self.0.verify(token, member_id, &[address.as_str()]).map_err(|_| InvalidVerificationToken)
    }
}
