//! The tokens, held to their port's contract with every algorithm that the service offers.

use library_auth_domain::{AccessClaims, InvalidAccessToken, TokenIssuer};
use library_auth_infra::JwtTokenIssuer;
use library_shared_domain::{Clock, MemberId, SessionId};
use library_shared_infra::{InvalidJwtKeys, JwtAlgorithm, JwtKeys, UuidV7Generator};
use library_testkit::{ManualClock, unique_id};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};
use time::Duration;

const SECRET: &[u8] = b"a secret key that has more than thirty-two bytes";

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
