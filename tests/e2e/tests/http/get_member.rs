use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;

use crate::NOBODY;

#[rstest]
#[tokio::test]
async fn a_member_is_shown_as_they_are_now(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    // Twice, so that what comes after the verification might come from the cache.
    for _ in 0..2 {
        server.get(&member.path()).await.assert_is(200, &member.body(false));
    }
    let token = server.mailed_token(&member).await;
    server.post("/members/verify", serde_json::json!({"token": token})).await.assert_is(200, &member.body(true));
    for _ in 0..2 {
        server.get(&member.path()).await.assert_is(200, &member.body(true));
    }
}

#[rstest]
#[tokio::test]
async fn there_is_no_member_of_an_unknown_id(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    server.given_member().await;
    server.get(&format!("/members/{NOBODY}")).await.assert_problem(&Problem::nothing_of_this_id("member"));
}
