//! The tokens, held to their port's contract with every algorithm that the service offers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header};
use library_auth_domain::{AccessClaims, InvalidAccessToken, TokenIssuer};
use library_auth_infra::JwtTokenIssuer;
use library_shared_domain::{Clock, MemberId, SessionId};
use library_shared_infra::{InvalidJwt, InvalidJwtKeys, JwtAlgorithm, JwtKeys, UuidV7Generator};
use library_testkit::{ManualClock, unique_id};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};
use time::Duration;

const SECRET: &[u8] = b"a secret key that has more than thirty-two bytes";
const OLD_SECRET: &[u8] = b"the secret key before, which has more than thirty-two bytes";

/// An RSA key pair in PEM, made once for all tests.
fn rsa() -> &'static RsaPem {
    static PAIR: LazyLock<RsaPem> = LazyLock::new(RsaPem::generate);
    &PAIR
}

struct RsaPem {
    private: String,
    public: String,
}

impl RsaPem {
    fn generate() -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key pair");
        Self { private: pair.serialize_pem(), public: pair.public_key_pem() }
    }
}

fn keys(algorithm: JwtAlgorithm) -> JwtKeys {
    match algorithm {
        JwtAlgorithm::HS256 | JwtAlgorithm::HS384 | JwtAlgorithm::HS512 => JwtKeys::from_secret(algorithm, SECRET),
        _ => JwtKeys::from_rsa_pem(algorithm, rsa().private.as_bytes(), rsa().public.as_bytes()),
    }
    .expect("keys that fit the algorithm")
}

fn issuer(algorithm: JwtAlgorithm, clock: Arc<dyn Clock>) -> Arc<dyn TokenIssuer> {
    Arc::new(JwtTokenIssuer::new(keys(algorithm), clock, Arc::new(UuidV7Generator), Duration::minutes(15)))
}

macro_rules! contract_with {
    ($($module:ident: $algorithm:ident),+) => {$(
        mod $module {
            fn issuer(clock: std::sync::Arc<dyn library_shared_domain::Clock>) -> std::sync::Arc<dyn library_auth_domain::TokenIssuer> {
                super::issuer(library_shared_infra::JwtAlgorithm::$algorithm, clock)
            }
            library_testkit::token_issuer_contract!(issuer);
        }
    )+};
}
contract_with! { hs256: HS256, hs384: HS384, hs512: HS512, rs256: RS256, rs384: RS384, rs512: RS512 }

fn hs256() -> Arc<dyn TokenIssuer> {
    issuer(JwtAlgorithm::HS256, Arc::new(ManualClock::default()))
}

#[test]
fn an_access_token_says_whose_it_is_for_what_and_until_when() {
    let (member, session) = (MemberId::from(unique_id()), SessionId::from(unique_id()));
    let clock = Arc::new(ManualClock::default());
    let token = issuer(JwtAlgorithm::HS256, clock.clone()).issue_access(member, session).expect("a token");

    let claims: Value = keys(JwtAlgorithm::HS256).check(token.expose()).expect("claims");

    let now = clock.now().unix_timestamp();
    let jti = claims["jti"].clone();
    assert!(jti.is_string());
    assert_eq!(
        claims,
        json!({"sub": member.to_string(), "sid": session.to_string(), "purpose": "access", "iat": now, "exp": now + 900, "jti": jti})
    );
}

#[test]
fn an_access_token_is_of_a_type_of_its_own_and_one_of_the_type_before_is_good() {
    let (member, session) = (MemberId::from(unique_id()), SessionId::from(unique_id()));
    let token = hs256().issue_access(member, session).expect("a token");
    let type_of = |token: &str| jsonwebtoken::decode_header(token).expect("a header").typ;
    assert_eq!(type_of(token.expose()).as_deref(), Some("at+jwt"));
    let before = keys(JwtAlgorithm::HS256)
        .sign(&json!({"sub": member.as_uuid(), "sid": session.as_uuid(), "purpose": "access", "exp": i64::MAX}))
        .expect("a token");
    assert_eq!(type_of(&before).as_deref(), Some("JWT"));
    assert_eq!(hs256().verify_access(&before), Ok(AccessClaims { member_id: member, session: Some(session) }));
}

#[rstest]
#[case::another_purpose(json!({"sub": unique_id(), "purpose": "verify_email", "exp": i64::MAX}))]
#[case::no_purpose(json!({"sub": unique_id(), "exp": i64::MAX}))]
#[case::no_expiry(json!({"sub": unique_id(), "purpose": "access"}))]
#[case::nobody(json!({"purpose": "access", "exp": i64::MAX}))]
#[case::not_an_id(json!({"sub": "ada", "purpose": "access", "exp": i64::MAX}))]
#[case::a_session_that_is_no_id(json!({"sub": unique_id(), "sid": "x", "purpose": "access", "exp": i64::MAX}))]
fn a_token_that_is_signed_but_says_something_else_is_refused(#[case] claims: Value) {
    let token = keys(JwtAlgorithm::HS256).sign(&claims).expect("a token");
    assert_eq!(hs256().verify_access(&token), Err(InvalidAccessToken));
}

#[test]
fn the_session_and_the_tokens_own_id_are_not_required() {
    let member = unique_id();
    let token = keys(JwtAlgorithm::HS256).sign(&json!({"sub": member, "purpose": "access", "exp": i64::MAX})).expect("a token");
    assert_eq!(hs256().verify_access(&token), Ok(AccessClaims { member_id: MemberId::from(member), session: None }));
}

#[test]
fn no_algorithm_but_the_configured_one_is_accepted() {
    let claims = json!({"sub": unique_id(), "purpose": "access", "exp": i64::MAX});
    for other in [JwtAlgorithm::HS384, JwtAlgorithm::HS512, JwtAlgorithm::RS256] {
        let token = keys(other).sign(&claims).expect("a token");
        assert_eq!(hs256().verify_access(&token), Err(InvalidAccessToken), "{other:?}");
    }
    // The public key is no secret: a token that is signed with it as if it were one must not pass (RFC 8725, section 2.1).
    let confused =
        JwtKeys::from_secret(JwtAlgorithm::HS256, rsa().public.as_bytes()).expect("keys").sign(&claims).expect("a token");
    let rs256 = issuer(JwtAlgorithm::RS256, Arc::new(ManualClock::default()));
    assert_eq!(rs256.verify_access(&confused), Err(InvalidAccessToken));
    // Signed by nobody: {"alg":"none"}
    let body = keys(JwtAlgorithm::HS256).sign(&claims).expect("a token");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", body.split('.').nth(1).expect("claims"));
    assert_eq!(hs256().verify_access(&unsigned), Err(InvalidAccessToken));
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let RsaPem { private, public } = rsa();
    let refused =
        |algorithm, private: &str, public: &str| JwtKeys::from_rsa_pem(algorithm, private.as_bytes(), public.as_bytes()).err();
    assert_eq!(refused(JwtAlgorithm::RS256, private, &RsaPem::generate().public), Some(InvalidJwtKeys::Mismatch));
    assert_eq!(refused(JwtAlgorithm::RS256, "nonsense", public), Some(InvalidJwtKeys::PrivateKey));
    assert_eq!(refused(JwtAlgorithm::RS256, private, "nonsense"), Some(InvalidJwtKeys::PublicKey));
    assert_eq!(refused(JwtAlgorithm::HS256, private, public), Some(InvalidJwtKeys::Algorithm));
    assert_eq!(JwtKeys::from_secret(JwtAlgorithm::RS256, SECRET).err(), Some(InvalidJwtKeys::Algorithm));
}

/// Keys of either sort: the current ones, those before, and both, the one before being accepted still.
struct Generations {
    before: JwtKeys,
    now: JwtKeys,
    both: JwtKeys,
}

fn generations(algorithm: JwtAlgorithm) -> Generations {
    let now = keys(algorithm);
    if matches!(algorithm, JwtAlgorithm::HS256 | JwtAlgorithm::HS384 | JwtAlgorithm::HS512) {
        let both = now.clone().with_previous_secret(OLD_SECRET).expect("another key");
        return Generations { before: JwtKeys::from_secret(algorithm, OLD_SECRET).expect("keys"), now, both };
    }
    let RsaPem { private, public } = RsaPem::generate();
    let before = JwtKeys::from_rsa_pem(algorithm, private.as_bytes(), public.as_bytes()).expect("keys");
    let both = now.clone().with_previous_rsa_pem(public.as_bytes()).expect("another key");
    Generations { before, now, both }
}

/// Which key a token names.
fn kid_of(token: &str) -> String {
    let header = jsonwebtoken::decode_header(token).expect("a header");
    header.kid.expect("a key's id")
}

#[rstest]
fn a_token_of_the_key_before_is_good_while_that_is_accepted_and_new_ones_are_of_the_new_key(
    #[values(JwtAlgorithm::HS256, JwtAlgorithm::HS512, JwtAlgorithm::RS256, JwtAlgorithm::RS512)] algorithm: JwtAlgorithm,
) {
    let Generations { before, now, both } = generations(algorithm);
    let claims = json!({"sub": "ada"});
    let (old, new) = (before.sign(&claims).expect("a token"), both.sign(&claims).expect("a token"));
    assert_eq!(both.check::<Value>(&old), Ok(claims.clone()));
    assert_eq!(both.check::<Value>(&new), Ok(claims.clone()));
    assert_eq!(now.check::<Value>(&new), Ok(claims));
    assert_eq!(now.check::<Value>(&old), Err(InvalidJwt));
    assert_eq!(before.check::<Value>(&new), Err(InvalidJwt));
    assert_ne!(kid_of(&old), kid_of(&new));
}

#[test]
fn a_token_that_names_no_key_is_checked_with_each_and_one_that_names_another_with_none() {
    let Generations { now, both, .. } = generations(JwtAlgorithm::HS256);
    let claims = json!({"sub": "ada"});
    let signed = |key: &EncodingKey, kid: Option<&str>| {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(JwtAlgorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, key).expect("a token")
    };
    for key in [&EncodingKey::from_secret(SECRET), &EncodingKey::from_secret(OLD_SECRET)] {
        assert_eq!(both.check::<Value>(&signed(key, None)), Ok(claims.clone()));
        for kid in ["", "x", "../../dev/null"] {
            assert_eq!(both.check::<Value>(&signed(key, Some(kid))), Err(InvalidJwt), "{kid:?}");
        }
    }
    assert_eq!(both.check::<Value>(&signed(&EncodingKey::from_secret(&[7; 64]), None)), Err(InvalidJwt));
    // One key's id does not make another key's signature good.
    let id = kid_of(&now.sign(&claims).expect("a token"));
    assert_eq!(both.check::<Value>(&signed(&EncodingKey::from_secret(OLD_SECRET), Some(&id))), Err(InvalidJwt));
}

#[test]
fn a_previous_key_that_is_none_is_refused() {
    let RsaPem { public, .. } = rsa();
    let (secret, pair) = (keys(JwtAlgorithm::HS256), keys(JwtAlgorithm::RS256));
    assert_eq!(secret.clone().with_previous_secret(SECRET).err(), Some(InvalidJwtKeys::NotAnother));
    assert_eq!(secret.with_previous_rsa_pem(public.as_bytes()).err(), Some(InvalidJwtKeys::Algorithm));
    assert_eq!(pair.clone().with_previous_rsa_pem(public.as_bytes()).err(), Some(InvalidJwtKeys::NotAnother));
    assert_eq!(pair.clone().with_previous_rsa_pem(b"nonsense").err(), Some(InvalidJwtKeys::PublicKey));
    assert_eq!(pair.with_previous_secret(SECRET).err(), Some(InvalidJwtKeys::Algorithm));
}

#[rstest]
fn whoever_has_the_public_keys_can_check_a_token(
    #[values(JwtAlgorithm::RS256, JwtAlgorithm::RS384, JwtAlgorithm::RS512)] algorithm: JwtAlgorithm,
) {
    let Generations { before, both, .. } = generations(algorithm);
    let published = both.public_keys();
    let claims = json!({"sub": "ada"});
    let tokens = [both.sign(&claims).expect("a token"), before.sign(&claims).expect("a token")];
    assert_eq!(published.len(), 2);
    for (key, token) in published.iter().zip(&tokens) {
        assert_eq!((&key.id, &key.algorithm), (&kid_of(token), &format!("{algorithm:?}")));
        // RFC 7638, section 3: the required members in order, without space.
        let members = format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, key.exponent, key.modulus);
        assert_eq!(key.id, URL_SAFE_NO_PAD.encode(Sha256::digest(members)));
        let decoding = jsonwebtoken::DecodingKey::from_rsa_components(&key.modulus, &key.exponent).expect("a key");
        let mut validation = jsonwebtoken::Validation::new(algorithm);
        validation.required_spec_claims.clear();
        assert_eq!(jsonwebtoken::decode::<Value>(token, &decoding, &validation).expect("a good token").claims, claims);
    }
}

#[test]
fn of_a_secret_nothing_is_published_and_its_id_is_short() {
    let keys = generations(JwtAlgorithm::HS256).both;
    assert!(keys.public_keys().is_empty());
    let id = kid_of(&keys.sign(&json!({})).expect("a token"));
    assert_eq!(id.len(), 11);
    assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
}

#[test]
fn keys_are_not_printed() {
    let printed = format!("{:?}", keys(JwtAlgorithm::HS256));
    assert_eq!(printed, "JwtKeys(HS256, [redacted])");
}

#[test]
fn a_refresh_token_is_64_random_bytes_in_url_safe_text() {
    let issuer = hs256();
    let tokens: HashSet<String> = (0..1_000).map(|_| issuer.make_refresh().expose().to_owned()).collect();
    assert_eq!(tokens.len(), 1_000);
    for token in tokens {
        assert_eq!(token.len(), 86);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
    }
}

#[test]
fn what_is_kept_of_a_refresh_token_is_its_sha_256() {
    // FIPS 180-4's example for "abc".
    let hash = hs256().hash_refresh(&library_auth_domain::RefreshSecret::from_text("abc".to_owned()));
    let (high, low) = hash.as_bytes().split_at(16);
    let number = |half: &[u8]| u128::from_be_bytes(half.try_into().expect("sixteen bytes"));
    assert_eq!(
        (number(high), number(low)),
        (0xba78_16bf_8f01_cfea_4141_40de_5dae_2223, 0xb003_61a3_9617_7a9c_b410_ff61_f200_15ad)
    );
}
