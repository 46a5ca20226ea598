//! Verification tokens and password hashes, held to their ports' contracts.

use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};
use library_member_domain::{
    EmailChangeTokenIssuer, InvalidPasswordResetToken, InvalidVerificationToken, PasswordHash, PasswordHasher,
    PasswordResetToken, PasswordResetTokenIssuer, VerificationTokenIssuer,
};
use library_member_infra::{Argon2PasswordHasher, JwtEmailChangeTokens, JwtPasswordResetTokens, JwtVerificationTokens};
use library_shared_domain::{Clock, MemberId};
use library_shared_infra::{JwtAlgorithm, JwtKeys};
use library_testkit::{ManualClock, a_member, a_password, credentials_of, unique_email, unique_id};
use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use time::Duration;

const SECRET: &[u8] = b"a secret key that has more than thirty-two bytes";

fn hasher() -> Arc<dyn PasswordHasher> {
    Arc::new(Argon2PasswordHasher::new().expect("a hasher"))
}

fn keys() -> JwtKeys {
    JwtKeys::from_secret(JwtAlgorithm::HS256, SECRET).expect("keys")
}

fn tokens(clock: Arc<dyn Clock>) -> Arc<dyn VerificationTokenIssuer> {
    Arc::new(JwtVerificationTokens::new(keys(), clock, Duration::hours(24)))
}

fn reset_tokens(clock: Arc<dyn Clock>) -> Arc<dyn PasswordResetTokenIssuer> {
    Arc::new(JwtPasswordResetTokens::new(keys(), clock, Duration::HOUR))
}

fn change_tokens(clock: Arc<dyn Clock>) -> Arc<dyn EmailChangeTokenIssuer> {
    Arc::new(JwtEmailChangeTokens::new(keys(), clock, Duration::hours(24)))
}

library_testkit::password_hasher_contract!(hasher);
library_testkit::verification_token_issuer_contract!(tokens);
library_testkit::password_reset_token_issuer_contract!(reset_tokens);
library_testkit::email_change_token_issuer_contract!(change_tokens);

#[test]
fn a_verification_token_says_whose_it_is_for_what_and_until_when() {
    let (member, clock) = (MemberId::from(unique_id()), Arc::new(ManualClock::default()));
    let token = tokens(clock.clone()).issue(member).expect("a token");
    let claims: Value = keys().check(token.expose()).expect("claims");
    let now = clock.now().unix_timestamp();
    assert_eq!(claims, json!({"sub": member.to_string(), "purpose": "verify_email", "iat": now, "exp": now + 86_400}));
}

#[test]
fn a_reset_token_says_whose_it_is_for_what_in_which_state_and_until_when() {
    let (member, clock) = (a_member().build(), Arc::new(ManualClock::default()));
    let credentials = credentials_of(&member);
    let token = reset_tokens(clock.clone()).issue(&member, &credentials).expect("a token");
    let mut claims: Value = keys().check(token.expose()).expect("claims");
    let state = claims.as_object_mut().and_then(|claims| claims.remove("state")).expect("a state");
    let now = clock.now().unix_timestamp();
    assert_eq!(claims, json!({"sub": member.id().to_string(), "purpose": "reset_password", "iat": now, "exp": now + 3_600}));
    // 256 bits in base64url, in which neither the hash nor the address can be read.
    assert_eq!(state.as_str().map(str::len), Some(43));
}

#[rstest]
#[case::verification("verify_email")]
#[case::access("access")]
fn a_token_for_something_else_sets_no_password(#[case] purpose: &str) {
    let (member, issuer) = (a_member().build(), reset_tokens(Arc::new(ManualClock::default())));
    let credentials = credentials_of(&member);
    let good = issuer.issue(&member, &credentials).expect("a token");
    let mut claims: Value = keys().check(good.expose()).expect("claims");
    claims["purpose"] = purpose.into();
    let token = PasswordResetToken::from_text(keys().sign(&claims).expect("a token"));
    assert_eq!(issuer.member_of(&token), Err(InvalidPasswordResetToken));
    assert_eq!(issuer.verify(&token, &member, &credentials), Err(InvalidPasswordResetToken));
    let tokens = tokens(Arc::new(ManualClock::default()));
    assert_eq!(tokens.verify(good.expose()), Err(InvalidVerificationToken));
}

#[test]
fn a_token_of_an_address_says_whose_it_is_for_what_and_until_when_and_not_which_address() {
    let (member, clock) = (MemberId::from(unique_id()), Arc::new(ManualClock::default()));
    let token = change_tokens(clock.clone()).issue(member, &unique_email()).expect("a token");
    let mut claims: Value = keys().check(token.expose()).expect("claims");
    let state = claims.as_object_mut().and_then(|claims| claims.remove("state")).expect("a state");
    let now = clock.now().unix_timestamp();
    assert_eq!(claims, json!({"sub": member.to_string(), "purpose": "change_email", "iat": now, "exp": now + 86_400}));
    assert_eq!(state.as_str().map(str::len), Some(43));
    assert_eq!(tokens(clock).verify(token.expose()), Err(InvalidVerificationToken));
}

#[rstest]
#[case::verification("verify_email")]
#[case::reset("reset_password")]
#[case::access("access")]
fn a_token_for_something_else_proves_no_new_address(#[case] purpose: &str) {
    let (member, address, issuer) =
        (MemberId::from(unique_id()), unique_email(), change_tokens(Arc::new(ManualClock::default())));
    let good = issuer.issue(member, &address).expect("a token");
    let mut claims: Value = keys().check(good.expose()).expect("claims");
    claims["purpose"] = purpose.into();
    let token = keys().sign(&claims).expect("a token");
    assert_eq!(issuer.member_of(&token), Err(InvalidVerificationToken));
    assert_eq!(issuer.verify(&token, member, &address), Err(InvalidVerificationToken));
}

#[test]
fn an_access_token_verifies_no_address() {
    let claims = json!({"sub": unique_id(), "purpose": "access", "iat": 0, "exp": i64::MAX});
    let token = keys().sign(&claims).expect("a token");
    let tokens = tokens(Arc::new(ManualClock::default()));
    assert_eq!(tokens.verify(&token), Err(InvalidVerificationToken));
}

#[tokio::test]
async fn a_hash_has_the_parameters_that_owasp_asks_for() {
    let hash = hasher().hash(&a_password()).await.expect("a hash");
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
    assert!(hasher().decoy().expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn hashes_with_other_parameters_still_verify() {
    for (algorithm, parameters) in
        [(Algorithm::Argon2id, Params::new(8_192, 1, 1, None)), (Algorithm::Argon2i, Params::new(4_096, 3, 1, None))]
    {
        let argon2 = Argon2::new(algorithm, Version::V0x13, parameters.expect("parameters"));
        let hash = PasswordHash::from_phc(argon2.hash_password(b"correct horse").expect("a hash").to_string());
        assert!(hasher().verify(&SecretString::from("correct horse"), &hash).await.expect("verified"));
        assert!(!hasher().verify(&SecretString::from("battery staple"), &hash).await.expect("verified"));
    }
}

/// Who waits hashes in the memory of who was before, which may have been larger or smaller.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_hash_at_once_each_is_told_their_own() {
    let hasher = hasher();
    let large = hasher.hash(&a_password()).await.expect("a hash");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1_024, 1, 1, None).expect("parameters"));
    let small = PasswordHash::from_phc(argon2.hash_password(b"correct horse").expect("a hash").to_string());
    let attempts = (0..12).map(|place| {
        let (hash, right) = if place % 3 == 0 {
            (small.clone(), SecretString::from("correct horse"))
        } else {
            (large.clone(), a_password().secret().clone())
        };
        let is_right = place % 2 == 0;
        let (hasher, secret) = (hasher.clone(), if is_right { right } else { SecretString::from("battery staple") });
        tokio::spawn(async move { (is_right, hasher.verify(&secret, &hash).await.expect("verified")) })
    });
    for attempt in attempts.collect::<Vec<_>>() {
        let (is_right, is_verified) = attempt.await.expect("an attempt");
        assert_eq!(is_verified, is_right);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_gives_up_their_turn() {
    let hasher = hasher();
    for _ in 0..8 {
        let (hasher, password) = (hasher.clone(), a_password());
        let leaving = tokio::spawn(async move { hasher.hash(&password).await });
        leaving.abort();
    }
    hasher.hash(&a_password()).await.expect("it is this caller's turn");
}
