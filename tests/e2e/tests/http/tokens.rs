//! Tokens that look like good ones.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use library_e2e::KEY;
use serde_json::{Value, json};

/// What a token claims.
pub fn claims_of(token: &str) -> Value {
    part_of(token, 1)
}

/// The header of a token.
pub fn header_of(token: &str) -> Value {
    part_of(token, 0)
}

/// A token that the service itself might have signed.
pub fn signed(claims: &Value) -> String {
    signed_by(Algorithm::HS256, KEY, claims)
}

/// Everything that is like this good token, and not good.
pub fn forgeries_of(token: &str) -> Vec<(&'static str, String)> {
    let claims = claims_of(token);
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().expect("an object").remove(name);
        claims
    };
    let parts: Vec<_> = token.split('.').collect();
    let of_another = encoded(&with("sub", json!("01890a5d-ac96-774b-bcce-b302099a8057")));
    let later = claims["exp"].as_i64().expect("a time") + 1;
    let before = claims["iat"].as_i64().expect("a time") - 1;
    vec![
        ("the claims of another member", format!("{}.{of_another}.{}", parts[0], parts[2])),
        ("a longer life", format!("{}.{}.{}", parts[0], encoded(&with("exp", json!(later))), parts[2])),
        ("another signature", format!("{}.{}.{}", parts[0], parts[1], flipped(parts[2]))),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{token}.{}", parts[2])),
        ("the algorithm none", format!("{}.{}.", encoded(&json!({"alg": "none", "typ": "JWT"})), parts[1])),
        ("the algorithm nOnE", format!("{}.{}.{}", encoded(&json!({"alg": "nOnE"})), parts[1], parts[2])),
        ("the algorithm RS256", format!("{}.{}.{}", encoded(&json!({"alg": "RS256"})), parts[1], parts[2])),
        ("no algorithm", format!("{}.{}.{}", encoded(&json!({"typ": "JWT"})), parts[1], parts[2])),
        ("HS384", signed_by(Algorithm::HS384, KEY, &claims)),
        ("HS512", signed_by(Algorithm::HS512, KEY, &claims)),
        ("another key", signed_by(Algorithm::HS256, "another key of the tests, no secret", &claims)),
        ("a key that nobody knows", signed_as(Some("x"), Algorithm::HS256, KEY, &claims)),
        ("an empty key", signed_by(Algorithm::HS256, "", &claims)),
        ("expired", signed(&with("exp", json!(before)))),
        ("no expiry", signed(&without("exp"))),
        ("an expiry that is no time", signed(&with("exp", json!("never")))),
        ("another purpose", signed(&with("purpose", json!("reset_password")))),
        ("no purpose", signed(&without("purpose"))),
        ("nobody", signed(&without("sub"))),
        ("a subject that is no id", signed(&with("sub", json!("admin")))),
        ("nothing in it", signed(&json!({}))),
        ("no token", "x".to_owned()),
        ("dots", "..".to_owned()),
    ]
}

fn signed_by(algorithm: Algorithm, key: &str, claims: &Value) -> String {
    signed_as(None, algorithm, key, claims)
}

/// A token that names its key so, or not at all.
fn signed_as(kid: Option<&str>, algorithm: Algorithm, key: &str, claims: &Value) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key.as_bytes())).expect("claims can be signed")
}

fn part_of(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a token has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The same with its first character changed.
fn flipped(text: &str) -> String {
    let first = if text.starts_with('A') { 'B' } else { 'A' };
    format!("{first}{}", &text[1..])
}
