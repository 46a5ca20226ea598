use super::{
    checksum::{checksum, sealed, unsealed},
    failures::Failures,
};
use library_auth_domain::{AccessClaims, AccessToken, InvalidAccessToken, PublicKey, RefreshSecret, TokenHash, TokenIssuer};
use library_shared_domain::{Clock, DependencyError, MemberId, SessionId};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use time::Duration;

/// For how long an access token is accepted.
const LIFETIME: Duration = Duration::minutes(15);

/// Issues readable access tokens that expire by the clock, and refresh tokens that anybody can guess.
pub struct FakeTokenIssuer {
    clock: Arc<dyn Clock>,
    made: AtomicU64,
    failures: Failures,
}

impl FakeTokenIssuer {
    /// An issuer whose access tokens expire by this clock, after fifteen minutes.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, made: AtomicU64::new(1), failures: Failures::default() }
    }

    /// Makes it fail to issue one more access token, as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }
}

impl TokenIssuer for FakeTokenIssuer {
    fn issue_access(&self, member_id: MemberId, session: SessionId) -> Result<AccessToken, DependencyError> {
        self.failures.check("token issuer")?;
        let expires_at = (self.clock.now() + LIFETIME).unix_timestamp_nanos();
        Ok(AccessToken::from_text(sealed(&format!("access.{expires_at}.{member_id}.{session}"))))
    }

    fn access_lifetime(&self) -> Duration {
        LIFETIME
    }

    fn verify_access(&self, token: &str) -> Result<AccessClaims, InvalidAccessToken> {
        let fields: Vec<_> = unsealed(token).ok_or(InvalidAccessToken)?.split('.').collect();
        let ["access", expires_at, member_id, session] = fields[..] else { return Err(InvalidAccessToken) };
        let expires_at: i128 = expires_at.parse().map_err(|_| InvalidAccessToken)?;
        if self.clock.now().unix_timestamp_nanos() >= expires_at {
            return Err(InvalidAccessToken);
        }
        let member_id = member_id.parse().map_err(|_| InvalidAccessToken)?;
        let session = session.parse().map_err(|_| InvalidAccessToken)?;
        Ok(AccessClaims { member_id, session: Some(session) })
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        Vec::new()
    }

    fn make_refresh(&self) -> RefreshSecret {
        RefreshSecret::from_text(format!("refresh-{:0>80}", self.made.fetch_add(1, Ordering::Relaxed)))
    }

    fn hash_refresh(&self, secret: &RefreshSecret) -> TokenHash {
        let mut bytes = [0; 32];
        for (position, part) in bytes.chunks_exact_mut(8).enumerate() {
            part.copy_from_slice(&checksum((position, secret.expose())).to_be_bytes());
        }
        TokenHash::from_bytes(bytes)
    }
}
