use library_member_domain::{InvalidVerificationToken, VerificationToken, VerificationTokenIssuer};
use library_shared_domain::{Clock, DependencyError, MemberId};
use library_shared_infra::JwtKeys;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// Makes verification tokens that are JSON Web Tokens, so that none needs storing.
pub struct JwtVerificationTokens {
    keys: JwtKeys,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    purpose: Purpose,
    iat: i64,
    exp: i64,
}

/// What the token is for: one for anything else does not even parse.
#[derive(Serialize, Deserialize)]
enum Purpose {
    #[serde(rename = "verify_email")]
    VerifyEmail,
}

impl JwtVerificationTokens {
    /// Tokens signed with these keys that are good for so long.
    pub fn new(keys: JwtKeys, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self { keys, clock, lifetime }
    }
}

impl VerificationTokenIssuer for JwtVerificationTokens {
    fn issue(&self, member_id: MemberId) -> Result<VerificationToken, DependencyError> {
        let now = self.clock.now();
        let claims = Claims {
            sub: member_id.as_uuid(),
            purpose: Purpose::VerifyEmail,
            iat: now.unix_timestamp(),
            exp: (now + self.lifetime).unix_timestamp(),
        };
        self.keys.sign(&claims).map(VerificationToken::from_text)
    }

    fn verify(&self, token: &str) -> Result<MemberId, InvalidVerificationToken> {
        let claims: Claims = self.keys.check(token).map_err(|_| InvalidVerificationToken)?;
        if self.clock.now().unix_timestamp() >= claims.exp {
            return Err(InvalidVerificationToken);
        }
        Ok(MemberId::from(claims.sub))
    }
}
