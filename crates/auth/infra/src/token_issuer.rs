use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use library_auth_domain::{AccessClaims, AccessToken, InvalidAccessToken, PublicKey, RefreshSecret, TokenHash, TokenIssuer};
use library_shared_domain::{Clock, DependencyError, IdGenerator, MemberId, SessionId};
use library_shared_infra::{JwtKeys, RsaPublicKey};
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// How many random bytes a refresh token has.
const REFRESH_TOKEN_BYTES: usize = 64;

/// The type of an access token (RFC 9068, section 2.1), by which others tell it from what else is signed with the same key. It is not asked for
/// of one that is presented, which has a purpose: those of the releases before are of the type `JWT`.
const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// Makes access tokens that are JSON Web Tokens, and refresh tokens that are random bytes in url-safe base64 (RFC 4648, section 5).
pub struct JwtTokenIssuer {
    keys: JwtKeys,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    lifetime: Duration,
}

#[derive(Serialize)]
struct IssuedClaims {
    sub: Uuid,
    sid: Uuid,
    purpose: Purpose,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

/// What is required of a token that is presented. `sid` and `jti` are ours to write and not required to read.
#[derive(Deserialize)]
struct PresentedClaims {
    sub: Uuid,
    sid: Option<Uuid>,
    #[serde(rename = "purpose")]
    _purpose: Purpose,
    exp: i64,
}

/// What the token is for: one for anything else does not even parse.
#[derive(Serialize, Deserialize)]
enum Purpose {
    #[serde(rename = "access")]
    Access,
}

impl JwtTokenIssuer {
    /// Access tokens signed with these keys that are good for so long.
    pub fn new(keys: JwtKeys, clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>, lifetime: Duration) -> Self {
        Self { keys, clock, ids, lifetime }
    }
}

impl TokenIssuer for JwtTokenIssuer {
    fn issue_access(&self, member_id: MemberId, session: SessionId) -> Result<AccessToken, DependencyError> {
        let now = self.clock.now();
        let claims = IssuedClaims {
            sub: member_id.as_uuid(),
            sid: session.as_uuid(),
            purpose: Purpose::Access,
            iat: now.unix_timestamp(),
            exp: (now + self.lifetime).unix_timestamp(),
            jti: self.ids.generate(),
        };
        self.keys.sign_as(ACCESS_TOKEN_TYPE, &claims).map(AccessToken::from_text)
    }

    fn access_lifetime(&self) -> Duration {
        self.lifetime
    }

    fn verify_access(&self, token: &str) -> Result<AccessClaims, InvalidAccessToken> {
        let claims: PresentedClaims = self.keys.check(token).map_err(|_| InvalidAccessToken)?;
        if self.clock.now().unix_timestamp() >= claims.exp {
            return Err(InvalidAccessToken);
        }
        Ok(AccessClaims { member_id: MemberId::from(claims.sub), session: claims.sid.map(SessionId::from) })
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        let public_key =
            |key: RsaPublicKey| PublicKey { id: key.id, algorithm: key.algorithm, modulus: key.modulus, exponent: key.exponent };
        self.keys.public_keys().into_iter().map(public_key).collect()
    }

    fn make_refresh(&self) -> RefreshSecret {
        let mut bytes = [0; REFRESH_TOKEN_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        RefreshSecret::from_text(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn hash_refresh(&self, secret: &RefreshSecret) -> TokenHash {
        TokenHash::from_bytes(Sha256::digest(secret.expose().as_bytes()).into())
    }
}
