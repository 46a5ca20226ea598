use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{databases::postgres, tokens};

fn refused() -> Problem {
    Problem::plain(401, "The verification token is not valid, or no longer.")
}

#[rstest]
#[tokio::test]
async fn a_member_is_verified_as_often_as_they_like(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    let token = server.mailed_token(&member).await;
    for token in [token.clone(), token.clone(), format!("  {token}\n")] {
        server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    }
    server.get(&member.path()).await.assert_is(200, &member.body(true));
    server.get(&other.path()).await.assert_is(200, &other.body(false));
}

#[tokio::test]
async fn a_second_verification_changes_no_row() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    let database = postgres(server.storage()).await;
    let version = async || {
        let row = database.query_one("SELECT version, xmin::text FROM members", &[]).await.expect("the member");
        (row.get::<_, i64>(0), row.get::<_, String>(1))
    };
    let registered = version().await;
    server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    let verified = version().await;
    assert_ne!(verified, registered);
    server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    assert_eq!(version().await, verified);
}

#[rstest]
#[tokio::test]
async fn a_token_may_come_in_a_form(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    let answer = server.send(server.request("POST", "/members/verify").form(&[("token", token.as_str())])).await;
    answer.assert_is(200, &member.body(true));
    let empty = Problem::of_fields(&[("token", "must not be empty")]);
    server.send(server.request("POST", "/members/verify").form(&[("token", " ")])).await.assert_problem(&empty);
    let missing = Problem::of_fields(&[("token", "is required")]);
    server.send(server.request("POST", "/members/verify").form(&[("tokens", "x")])).await.assert_problem(&missing);
    server.send(server.request("POST", "/members/verify").form(&[("token", "x")])).await.assert_problem(&refused());
}

#[rstest]
#[tokio::test]
async fn a_token_that_is_not_good_verifies_nobody(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    let login = server.given_login(&member).await;
    let mut bad = tokens::forgeries_of(&token);
    bad.push(("an access token", login.access));
    bad.push(("a refresh token", login.refresh));
    for (what, token) in bad {
        let answer = server.post("/members/verify", json!({"token": token})).await;
        assert_eq!(answer.status, 401, "{what}: {answer:#?}");
        answer.assert_problem(&refused());
    }
    server.get(&member.path()).await.assert_is(200, &member.body(false));
    // The same claims, signed by the right key, are good: what was refused above was refused for its fault.
    let good = tokens::signed(&tokens::claims_of(&token));
    server.post("/members/verify", json!({"token": good})).await.assert_is(200, &member.body(true));
}

#[rstest]
#[tokio::test]
async fn a_verification_token_says_what_it_is_for_and_lives_for_a_day(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    let claims = tokens::claims_of(&token);
    let issued = claims["iat"].as_i64().expect("a time");
    let expected = json!({"sub": member.id, "purpose": "verify_email", "iat": issued, "exp": issued + 24 * 3_600});
    let header = tokens::header_of(&token);
    assert_eq!((&header, claims), (&json!({"typ": "JWT", "alg": "HS256", "kid": header["kid"]}), expected));
    assert!(header["kid"].is_string(), "{header}");
}

#[rstest]
#[tokio::test]
async fn the_token_of_a_member_who_is_gone_finds_nobody(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_token(&member).await;
    server.get(&member.path()).await.assert_is(200, &member.body(false));
    server.delete(&member.path()).await.assert_is_empty(204);
    let gone = Problem::plain(404, "The member of this token is gone.");
    server.post("/members/verify", json!({"token": token})).await.assert_problem(&gone);
}

#[rstest]
#[tokio::test]
async fn no_token_is_no_verification(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let cases = [
        (json!({}), "is required"),
        (json!({"token": Value::Null}), "is required"),
        (json!({"token": ""}), "must not be empty"),
        (json!({"token": " \n"}), "must not be empty"),
        (json!({"token": "\u{0}"}), "must not contain the character U+0000"),
        (json!({"token": 1}), "must be a text"),
        (json!({"token": {"token": "x"}}), "must be a text"),
    ];
    for (body, rule) in cases {
        server.post("/members/verify", body).await.assert_problem(&Problem::of_fields(&[("token", rule)]));
    }
}
