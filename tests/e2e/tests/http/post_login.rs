use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Problem, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::tokens::{claims_of, header_of};

const NUL_RULE: &str = "must not contain the character U+0000";
const EMAIL_RULE: &str = "must be an email address with a dotted domain, such as name@example.com";

#[rstest]
#[tokio::test]
async fn a_member_logs_in_and_gets_two_tokens_that_nobody_may_keep(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let answer = server.post("/auth/login", json!({"email": member.email, "password": PASSWORD})).await;
    let body = answer.json_of(200);
    let (access, refresh) = (body["access_token"].clone(), body["refresh_token"].clone());
    assert_eq!(body, json!({"access_token": access, "refresh_token": refresh, "token_type": "bearer"}));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));

    let access = access.as_str().expect("a text");
    let claims = claims_of(access);
    let (issued, sid, jti) = (claims["iat"].as_i64().expect("a time"), claims["sid"].clone(), claims["jti"].clone());
    let expected = json!({"sub": member.id, "sid": sid, "purpose": "access", "iat": issued, "exp": issued + 15 * 60, "jti": jti});
    let kid = header_of(access)["kid"].clone();
    assert_eq!((&header_of(access), claims), (&json!({"typ": "at+jwt", "alg": "HS256", "kid": kid}), expected));
    assert!(kid.as_str().is_some_and(|kid| kid.len() == 11), "{kid}");
    assert!(sid.is_string() && jti.is_string() && sid != jti);

    // 64 bytes, as base64 for URLs.
    let refresh = refresh.as_str().expect("a text");
    let is_url_safe = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    assert!(refresh.len() == 86 && refresh.chars().all(is_url_safe), "{refresh}");
}

#[rstest]
#[tokio::test]
async fn every_log_in_is_a_session_of_its_own(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let (first, second) = (server.given_login(&member).await, server.given_login(&member).await);
    assert_ne!(first.refresh, second.refresh);
    assert_ne!(claims_of(&first.access)["sid"], claims_of(&second.access)["sid"]);
    server.post("/auth/logout", json!({"refresh_token": first.refresh})).await.assert_is_empty(204);
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": second.refresh})).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, gone) = (server.given_member().await, server.given_member().await);
    server.delete(&gone.path()).await.assert_is_empty(204);
    let wrong = Problem::plain(401, "The email address or the password is wrong.");
    let nobody = "nobody@example.com".to_owned();
    let long = "x".repeat(5_000);
    let cases = [
        (&member.email, "wrong password"),
        (&member.email, "x"),
        (&member.email, &PASSWORD.to_uppercase()),
        (&member.email, &format!("{PASSWORD} ")),
        (&member.email, &long),
        (&nobody, PASSWORD),
        (&gone.email, PASSWORD),
    ];
    for (email, password) in cases {
        server.post("/auth/login", json!({"email": email, "password": password})).await.assert_problem(&wrong);
    }
}

#[rstest]
#[tokio::test]
async fn what_is_no_address_or_no_password_is_refused_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let email = "ada@example.com";
    let cases = [
        (json!({}), vec![("email", "is required"), ("password", "is required")]),
        (json!({"email": 1, "password": []}), vec![("email", "must be a text"), ("password", "must be a text")]),
        (json!({"email": " ", "password": ""}), vec![("email", "must not be empty"), ("password", "must not be empty")]),
        (json!({"email": Value::Null, "password": PASSWORD}), vec![("email", "is required")]),
        (json!({"email": "ada", "password": PASSWORD}), vec![("email", EMAIL_RULE)]),
        (json!({"email": "ada@localhost", "password": PASSWORD}), vec![("email", EMAIL_RULE)]),
        (json!({"email": "ada\u{0}@example.com", "password": "a\u{0}"}), vec![("email", NUL_RULE), ("password", NUL_RULE)]),
        (json!({"email": email}), vec![("password", "is required")]),
        (json!({"email": email, "password": Value::Null}), vec![("password", "is required")]),
        (json!({"email": email, "password": ""}), vec![("password", "must not be empty")]),
    ];
    for (body, errors) in cases {
        server.post("/auth/login", body).await.assert_problem(&Problem::of_fields(&errors));
    }
}
