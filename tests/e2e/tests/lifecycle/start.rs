use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Server, Storage,
};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn servers_that_start_at_once_on_an_empty_database_migrate_it_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let storage = Storage::unmigrated(backend).await;
    let start = || Server::on(&storage).start();
    let servers: [_; 4] = tokio::join!(start(), start(), start(), start()).into();
    let mut migrations: Vec<_> =
        servers.iter().map(|server| server.log().events_named("server_started")[0]["migrations"].as_u64()).collect();
    migrations.sort_unstable();
    assert_eq!(migrations[..3], [Some(0); 3]);
    assert!(migrations[3] > Some(0), "{migrations:?}");
    // What one of them is told, all of them know.
    let book = servers[0].given_book().await;
    for server in &servers {
        server.get(&format!("/books/{}", book["id"].as_str().expect("an id"))).await.assert_is(200, &book);
    }
}

#[rstest]
#[tokio::test]
async fn a_server_that_was_killed_knows_everything_when_it_comes_back(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let loan = server.given_loan(&borrower, &book).await;
    let tokens = server.given_login(&borrower.member).await;
    server.restart().await;
    server.get(&format!("/books/{}", book["id"].as_str().expect("an id"))).await.assert_is(200, &book);
    server.get(&borrower.member.path()).await.assert_is(200, &borrower.member.body(true));
    let path = format!("/loans/{}/return", loan["id"].as_str().expect("an id"));
    assert_eq!(server.with_token(&tokens.access).post_nothing(&path).await.status, 200);
    let renewed = server.post("/auth/refresh", serde_json::json!({"refresh_token": tokens.refresh})).await;
    assert_eq!(renewed.status, 200);
}
