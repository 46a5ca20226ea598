use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Problem, Server, Tokens,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{databases::postgres, tokens::claims_of};

#[rstest]
#[tokio::test]
async fn a_refresh_token_is_good_for_one_new_pair(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let first = server.given_login(&member).await;
    let answer = refresh(&server, &first.refresh).await;
    let body = answer.json_of(200);
    let second = Tokens::of(&body);
    assert_eq!(body, json!({"access_token": second.access, "refresh_token": second.refresh, "token_type": "bearer"}));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    assert_ne!((&first.refresh, &first.access), (&second.refresh, &second.access));
    let (old, new) = (claims_of(&first.access), claims_of(&second.access));
    assert_eq!((&old["sub"], &old["sid"]), (&new["sub"], &new["sid"]));
    assert_ne!(old["jti"], new["jti"]);
    // Both access tokens are good until they expire.
    for access in [&first.access, &second.access] {
        assert_eq!(server.with_token(access).post("/loans", json!({})).await.status, 422);
    }
    let third = Tokens::of(&refresh(&server, &second.refresh).await.json_of(200));
    assert_ne!(second.refresh, third.refresh);
}

#[rstest]
#[tokio::test]
async fn a_double_click_is_refused_and_ends_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let first = server.given_login(&member).await;
    let second = Tokens::of(&refresh(&server, &first.refresh).await.json_of(200));
    for _ in 0..3 {
        refresh(&server, &first.refresh).await.assert_problem(&refused());
    }
    let third = Tokens::of(&refresh(&server, &second.refresh).await.json_of(200));
    refresh(&server, &first.refresh).await.assert_problem(&refused());
    assert_eq!(refresh(&server, &third.refresh).await.status, 200);
}

#[tokio::test]
async fn a_token_that_comes_again_later_was_stolen_and_ends_its_session() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let (other_session, first) = (server.given_login(&member).await, server.given_login(&member).await);
    let second = Tokens::of(&refresh(&server, &first.refresh).await.json_of(200));
    let database = postgres(server.storage()).await;
    let earlier = "UPDATE refresh_tokens SET revoked_at = revoked_at - interval '11 seconds'";
    database.batch_execute(earlier).await.expect("the rotation lies further back");
    refresh(&server, &first.refresh).await.assert_problem(&refused());
    refresh(&server, &second.refresh).await.assert_problem(&refused());
    let warning = server.log().wait_for("refresh_token_replayed", |_| true).await;
    assert_eq!((&warning["level"], &warning["session"]), (&json!("WARN"), &claims_of(&first.access)["sid"]));
    assert_eq!(refresh(&server, &other_session.refresh).await.status, 200);
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let database = postgres(server.storage()).await;
    let life = "SELECT ceil(extract(epoch FROM expires_at - now()) / 3600)::bigint FROM refresh_tokens";
    let hours: i64 = database.query_one(life, &[]).await.expect("the token").get(0);
    assert_eq!(hours, 30 * 24);
    database.batch_execute("UPDATE refresh_tokens SET expires_at = now()").await.expect("it expires");
    refresh(&server, &tokens.refresh).await.assert_problem(&refused());
}

#[tokio::test]
async fn of_a_refresh_token_only_its_hash_is_stored() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let rows = crate::databases::every_row(server.storage()).await;
    assert!(rows.iter().any(|row| row.starts_with("refresh_tokens: ")));
    // PostgreSQL writes bytes in hexadecimal.
    let hexadecimal = tokens.refresh.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    for row in rows {
        assert!(!row.contains(&tokens.refresh) && !row.contains(&hexadecimal), "{row}");
    }
}

#[rstest]
#[tokio::test]
async fn what_is_no_refresh_token_of_a_member_is_refused(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, gone) = (server.given_member().await, server.given_member().await);
    let (tokens, of_gone) = (server.given_login(&member).await, server.given_login(&gone).await);
    let verification = server.mailed_token(&member).await;
    server.delete(&gone.path()).await.assert_is_empty(204);
    let flipped = if tokens.refresh.starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{flipped}{}", &tokens.refresh[1..]);
    let bad = [of_gone.refresh, tampered, tokens.access, verification, "x".to_owned(), "é".repeat(9_000)];
    for token in bad {
        refresh(&server, &token).await.assert_problem(&refused());
    }
    assert_eq!(refresh(&server, &tokens.refresh).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn no_refresh_token_is_refused_by_field(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("/auth/refresh", "/auth/logout")] path: &str,
) {
    let server = Server::start(backend).await;
    let cases = [
        (json!({}), "is required"),
        (json!({"refresh_token": Value::Null}), "is required"),
        (json!({"refresh_token": ""}), "must not be empty"),
        (json!({"refresh_token": " \t"}), "must not be empty"),
        (json!({"refresh_token": "x\u{0}"}), "must not contain the character U+0000"),
        (json!({"refresh_token": 1}), "must be a text"),
        (json!({"refresh_token": ["x"]}), "must be a text"),
    ];
    for (body, rule) in cases {
        server.post(path, body).await.assert_problem(&Problem::of_fields(&[("refresh_token", rule)]));
    }
}

fn refused() -> Problem {
    Problem::plain(401, "The refresh token is not valid, or no longer.")
}

async fn refresh(client: &Client, token: &str) -> Answer {
    client.post("/auth/refresh", json!({"refresh_token": token})).await
}
