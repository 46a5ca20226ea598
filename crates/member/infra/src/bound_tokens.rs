use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use library_shared_domain::{Clock, DependencyError, MemberId};
use library_shared_infra::{InvalidJwt, JwtKeys};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// Makes JSON Web Tokens that are bound to a state of their member, so that none needs storing and each dies with that state.
pub struct BoundTokens {
    keys: JwtKeys,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    purpose: Purpose,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// To set a new password.
    #[serde(rename = "reset_password")]
    ResetPassword,
    /// To prove an address that is to take the place of another.
    #[serde(rename = "change_email")]
    ChangeEmail,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    purpose: Purpose,
    state: String,
    iat: i64,
    exp: i64,
}

impl BoundTokens {
    /// Tokens for this purpose, signed with these keys, that are good for so long.
    pub fn new(keys: JwtKeys, clock: Arc<dyn Clock>, lifetime: Duration, purpose: Purpose) -> Self {
        Self { keys, clock, lifetime, purpose }
    }

    /// Makes a token for a member in a state that these parts make up.
    ///
    /// # Errors
    /// Only those of the machinery.
    pub fn issue(&self, member_id: MemberId, state: &[&str]) -> Result<String, DependencyError> {
        let now = self.clock.now();
        self.keys.sign(&Claims {
            sub: member_id.as_uuid(),
            purpose: self.purpose,
            state: self.digest(state),
            iat: now.unix_timestamp(),
            exp: (now + self.lifetime).unix_timestamp(),
        })
    }

    /// Tells whose token this is.
    ///
    /// # Errors
    /// Where it is none for this purpose, or has expired.
    pub fn member_of(&self, token: &str) -> Result<MemberId, InvalidJwt> {
        self.claims(token).map(|claims| MemberId::from(claims.sub))
    }

    /// Checks that the token was made for this member in this state.
    ///
    /// # Errors
    /// Where it was not, or has expired.
    pub fn verify(&self, token: &str, member_id: MemberId, state: &[&str]) -> Result<(), InvalidJwt> {
        let claims = self.claims(token)?;
        let is_theirs = claims.sub == member_id.as_uuid() && claims.state == self.digest(state);
        if is_theirs { Ok(()) } else { Err(InvalidJwt) }
    }

    fn claims(&self, token: &str) -> Result<Claims, InvalidJwt> {
        let claims: Claims = self.keys.check(token)?;
        let is_good = claims.purpose == self.purpose && self.clock.now().unix_timestamp() < claims.exp;
        if is_good { Ok(claims) } else { Err(InvalidJwt) }
    }

    /// SHA-256 of the state. What it is taken for stands in front, and before each part its length, so that no two states, and no
    /// two purposes, have the same text to hash.
    fn digest(&self, state: &[&str]) -> String {
        let purpose = match self.purpose {
            Purpose::ResetPassword => "library/reset_password",
            Purpose::ChangeEmail => "library/change_email",
        };
        let mut hash = Sha256::new();
        for part in std::iter::once(&purpose).chain(state) {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}
