//! `/auth/sessions`: what members see of their sessions, and how they end them.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Problem, SOME_TIME, Server, Tokens,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    NOBODY,
    databases::postgres,
    tokens::{claims_of, signed},
};

#[rstest]
#[tokio::test]
async fn a_member_sees_their_sessions_the_one_used_last_first(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_verified_member().await);
    let (first, second) = (server.given_login(&member).await, server.given_login(&member).await);
    server.given_login(&other).await;
    let caller = server.with_token(&first.access);
    let session = |tokens: &Tokens, current: bool| json!({"id": claims_of(&tokens.access)["sid"], "created_at": SOME_TIME, "last_used_at": SOME_TIME, "current": current});
    let listed = caller.get("/auth/sessions").await;
    listed.assert_is(200, &json!([session(&second, false), session(&first, true)]));
    assert_eq!(listed.header("Cache-Control"), Some("no-store"));
    for session in listed.json().as_array().expect("an array") {
        assert_eq!(session["created_at"], session["last_used_at"]);
    }

    let renewed = Tokens::of(&refresh(&server, &first).await.json_of(200));
    let listed = caller.get("/auth/sessions").await;
    listed.assert_is(200, &json!([session(&first, true), session(&second, false)]));
    let used = &listed.json()[0];
    assert!(used["last_used_at"].as_str() > used["created_at"].as_str(), "{used}");
    // The tokens of a session are of one session.
    server
        .with_token(&renewed.access)
        .get("/auth/sessions")
        .await
        .assert_is(200, &json!([session(&first, true), session(&second, false)]));
}

#[rstest]
#[tokio::test]
async fn a_session_that_ended_or_expired_is_not_shown(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let (first, second) = (server.given_login(&member).await, server.given_login(&member).await);
    server.post("/auth/logout", json!({"refresh_token": first.refresh})).await.assert_is_empty(204);
    assert_eq!(shown(&server.with_token(&first.access)).await, [claims_of(&second.access)["sid"].clone()]);
}

#[tokio::test]
async fn a_session_whose_last_token_has_expired_is_not_shown() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let database = postgres(server.storage()).await;
    database.batch_execute("UPDATE refresh_tokens SET expires_at = now()").await.expect("it expires");
    let caller = server.with_token(&tokens.access);
    assert_eq!(shown(&caller).await, [Value::Null; 0]);
    caller.delete(&path_of(&tokens)).await.assert_problem(&Problem::nothing_of_this_id("session"));
}

/// The other way to get there would be a thousand hashes of passwords.
#[tokio::test]
async fn no_more_than_a_hundred_sessions_are_shown() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let database = postgres(server.storage()).await;
    let many = "INSERT INTO sessions (id, member_id, created_at)
            SELECT gen_random_uuid(), id, now() - interval '1 hour' FROM members, generate_series(1, 150);
        INSERT INTO refresh_tokens (id, session_id, member_id, token_hash, expires_at)
            SELECT gen_random_uuid(), id, member_id, uuid_send(id), now() + interval '1 day' FROM sessions";
    database.batch_execute(many).await.expect("sessions");
    let shown = shown(&server.with_token(&tokens.access)).await;
    assert_eq!((shown.len(), &shown[0]), (100, &claims_of(&tokens.access)["sid"]));
}

#[rstest]
#[tokio::test]
async fn one_session_is_ended_and_the_others_go_on(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let (first, second) = (server.given_login(&member).await, server.given_login(&member).await);
    let caller = server.with_token(&first.access);
    caller.delete(&path_of(&second)).await.assert_is_empty(204);
    assert_eq!(refresh(&server, &second).await.status, 401);
    assert_eq!(shown(&caller).await, [claims_of(&first.access)["sid"].clone()]);
    // An access token that has been made is good until it expires.
    assert_eq!(server.with_token(&second.access).get("/members/me").await.status, 200);
    caller.delete(&path_of(&second)).await.assert_problem(&Problem::nothing_of_this_id("session"));
    assert_eq!(refresh(&server, &first).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_session_of_another_or_of_nobody_is_not_found(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    let (tokens, of_other) = (server.given_login(&member).await, server.given_login(&other).await);
    let caller = server.with_token(&tokens.access);
    for path in [path_of(&of_other), format!("/auth/sessions/{NOBODY}")] {
        caller.delete(&path).await.assert_problem(&Problem::nothing_of_this_id("session"));
    }
    caller.delete("/auth/sessions/1").await.assert_problem(&Problem::of_fields(&[("id", "must be a UUID")]));
    assert_eq!(refresh(&server, &of_other).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn all_sessions_are_ended_the_callers_own_included(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    let (first, second, of_other) =
        (server.given_login(&member).await, server.given_login(&member).await, server.given_login(&other).await);
    let caller = server.with_token(&first.access);
    for _ in 0..2 {
        caller.delete("/auth/sessions").await.assert_is_empty(204);
    }
    for tokens in [&first, &second] {
        assert_eq!(refresh(&server, tokens).await.status, 401);
    }
    assert_eq!(refresh(&server, &of_other).await.status, 200);
    assert_eq!(shown(&caller).await, [Value::Null; 0]);
}

/// A token need not say of which session it is; then none is the current one.
#[rstest]
#[tokio::test]
async fn a_token_without_a_session_shows_none_as_current(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    server.given_login(&member).await;
    let token = signed(&json!({"sub": member.id, "purpose": "access", "exp": i64::MAX}));
    let listed = server.with_token(&token).get("/auth/sessions").await.json_of(200);
    assert_eq!(listed[0]["current"], json!(false), "{listed}");
}

#[rstest]
#[tokio::test]
async fn who_does_not_say_who_calls_sees_and_ends_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for (method, path) in [("GET", "/auth/sessions"), ("DELETE", "/auth/sessions"), ("DELETE", "/auth/sessions/1")] {
        server.send(server.request(method, path)).await.assert_problem(&Problem::no_access_token());
        let request = server.request(method, path).bearer_auth("x");
        server.send(request).await.assert_problem(&Problem::bad_access_token());
    }
}

/// The ids of the sessions that a caller is shown.
async fn shown(caller: &Client) -> Vec<Value> {
    let listed = caller.get("/auth/sessions").await.json_of(200);
    listed.as_array().expect("an array").iter().map(|session| session["id"].clone()).collect()
}

/// The path of the session of these tokens.
fn path_of(tokens: &Tokens) -> String {
    format!("/auth/sessions/{}", claims_of(&tokens.access)["sid"].as_str().expect("an id"))
}

async fn refresh(client: &Client, tokens: &Tokens) -> Answer {
    client.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await
}
