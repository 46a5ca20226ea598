use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server, Tokens,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[tokio::test]
async fn who_logs_out_ends_their_session_however_often_they_do(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let body = json!({"refresh_token": tokens.refresh});
    for _ in 0..3 {
        server.post("/auth/logout", body.clone()).await.assert_is_empty(204);
    }
    let refused = Problem::plain(401, "The refresh token is not valid, or no longer.");
    server.post("/auth/refresh", body).await.assert_problem(&refused);
    assert_eq!(server.given_login(&member).await.refresh.len(), 86);
}

#[rstest]
#[tokio::test]
async fn a_token_that_nobody_knows_is_logged_out_already(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    for unknown in ["x", &tokens.access, &"é".repeat(9_000)] {
        server.post("/auth/logout", json!({"refresh_token": unknown})).await.assert_is_empty(204);
    }
    let renewed = server.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await;
    assert_eq!(Tokens::of(&renewed.json_of(200)).refresh.len(), 86);
}

#[rstest]
#[tokio::test]
async fn who_logs_out_with_an_older_token_ends_the_session_too(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let first = server.given_login(&member).await;
    let renewed = server.post("/auth/refresh", json!({"refresh_token": first.refresh})).await;
    let second = Tokens::of(&renewed.json_of(200));
    server.post("/auth/logout", json!({"refresh_token": first.refresh})).await.assert_is_empty(204);
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": second.refresh})).await.status, 401);
}
