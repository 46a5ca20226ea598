use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    KEY, Server, Storage, eventually,
};
use rstest::rstest;
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

#[tokio::test]
async fn an_empty_directory_is_enough_and_what_was_kept_there_is_used_again() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let mut server = Server::dev_in(directory.path()).start().await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    server.given_loan(&borrower, &book).await;
    let tokens = server.given_login(&borrower.member).await;
    for file in ["library.db", "library.key"] {
        assert!(directory.path().join(file).is_file(), "{file}");
    }
    let key = fs::read_to_string(directory.path().join("library.key")).expect("it can be read");
    assert!(key.trim().len() >= 32, "the key is too short");
    for file in ["library.db", "library.db-wal", "library.key"] {
        assert_eq!(mode(&directory.path().join(file)), 0o600, "{file} is its owner's alone");
    }

    server.restart().await;
    let path = "/loans/01890a5d-ac96-774b-bcce-b302099a8057/return";
    assert_eq!(server.with_token(&tokens.access).post_nothing(path).await.status, 404, "the token is still good");
    server.get(&borrower.member.path()).await.assert_is(200, &borrower.member.body(true));
    let log = [server.log().lines(), server.stderr().lines()].concat().join("\n");
    assert!(!log.contains(key.trim()), "{log}");

    // Another directory has another key.
    let elsewhere = tempfile::tempdir().expect("a directory can be made");
    let other = Server::dev_in(elsewhere.path()).start().await;
    assert_eq!(other.with_token(&tokens.access).post_nothing(path).await.status, 401);
}

#[rstest]
#[tokio::test]
async fn what_is_set_in_the_environment_wins(#[values(Sqlite, Postgres)] backend: Backend) {
    let storage = Storage::new(backend).await;
    let directory = tempfile::tempdir().expect("a directory can be made");
    let builder = Server::dev_in(directory.path())
        .with("DATABASE_URL", storage.database_url())
        .with("REDIS_URL", storage.redis_url())
        .with("JWT_SECRET_KEY", KEY)
        .with("LOAN_PERIOD_DAYS", "1");
    let server = builder.start().await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    server.given_loan(&borrower, &book).await;
    let left = fs::read_dir(directory.path()).expect("it can be read").count();
    assert_eq!(left, 0, "nothing is kept there");
    // A server of the same key and database takes the same tokens.
    let other = Server::on(&storage).start().await;
    let token = server.given_login(&borrower.member).await.access;
    assert_eq!(other.with_token(&token).post("/loans", json!({})).await.status, 422);
}

#[tokio::test]
async fn the_log_is_for_people_where_nobody_says_otherwise() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let server = Server::dev_in(directory.path()).without("LOG_FORMAT").start().await;
    server.get("/health").await.assert_is(200, &json!("OK"));
    let is_finished = |line: &String| line.contains("request_finished") && line.contains("status_code=200");
    eventually("a line for the request", async || server.log().lines().iter().find(|line| is_finished(line)).cloned()).await;
    let lines = server.log().lines();
    assert!(lines.iter().all(|line| !line.contains('\u{1b}')), "colours are for terminals: {lines:#?}");
    assert!(server.log().events().is_empty());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}
