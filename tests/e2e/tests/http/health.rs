use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Server,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[tokio::test]
async fn a_server_that_answers_is_well(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    server.get("/health").await.assert_is(200, &json!("OK"));
    let head = server.send(server.request("HEAD", "/health")).await;
    head.assert_is_empty(200);
    assert_eq!(head.header("Content-Length"), Some("4"));
}
