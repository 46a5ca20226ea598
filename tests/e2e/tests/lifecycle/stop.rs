use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, Server, read_to_end,
};
use library_testkit::servers::{Behaviour, SmtpServer};
use rstest::rstest;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// What a server with nothing to do may take to stop: it says farewell for a second and a half.
const SOON: Duration = Duration::from_secs(10);

#[rstest]
#[tokio::test]
async fn a_server_that_is_told_to_stop_says_so_and_ends_well(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    server.given_book().await;
    let started = Instant::now();
    let status = server.terminate().await;
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert_eq!(status.code(), Some(0), "{:#?}", server.stderr().lines());
    for event in ["shutdown_started", "shutdown_finished"] {
        assert_eq!(server.log().events_named(event).len(), 1, "{:#?}", server.log().lines());
    }
    assert!(server.log().events_named("shutdown_cut_short").is_empty());
    assert!(TcpStream::connect(server.address()).await.is_err(), "nobody listens any more");
}

#[rstest]
#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_ends(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    let body = json!({"title": "Heidi", "author": "Johanna Spyri", "isbn": "352217750X"}).to_string();
    let (begun, rest) = body.split_at(20);
    let head = format!(
        "POST /books HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{begun}",
        body.len()
    );
    let mut stream = server.connect_and_send(head.as_bytes()).await;
    server.log().wait_for("request_started", |event| event["path"] == "/books").await;
    server.ask_to_end();
    // Once it listens no more, the shutdown is past its farewell, and waits for this request alone.
    library_e2e::eventually("a closed door", async || TcpStream::connect(server.address()).await.err()).await;
    stream.write_all(rest.as_bytes()).await.expect("the server still reads");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(server.end().await.code(), Some(0));
    server.restart().await;
    assert_eq!(server.get("/books").await.json_of(200)[0]["isbn"], "352217750X");
}

#[rstest]
#[tokio::test]
async fn clients_that_keep_their_connections_see_no_failure_while_a_server_leaves(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    server.get("/books").await;
    server.ask_to_end();
    server.log().wait_for("shutdown_started", |_| true).await;
    // Over the connection that was open before.
    let answer = server.get("/books").await;
    assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")));
    assert_eq!(server.end().await.code(), Some(0));
}

#[rstest]
#[tokio::test]
async fn a_server_that_stops_between_two_mails_neither_loses_nor_repeats_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    smtp.behave(Behaviour::Slow(Duration::from_millis(100)));
    let builder = Server::builder(backend).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", smtp.port().to_string());
    let mut server = builder.start().await;
    let mut expected = Vec::new();
    for _ in 0..4 {
        expected.push(server.given_member().await.email);
    }
    smtp.wait_for_mails(1, library_e2e::LIMIT).await;
    assert_eq!(server.terminate().await.code(), Some(0));
    smtp.behave(Behaviour::Accept);
    server.restart().await;
    library_e2e::eventually("an empty queue", async || {
        let list = Command::new(["notifications", "list"]).with("DATABASE_URL", server.storage().database_url()).run().await;
        (list.stdout == "nothing is queued").then_some(())
    })
    .await;
    let mut recipients: Vec<_> = smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    recipients.sort_unstable();
    expected.sort_unstable();
    assert_eq!(recipients, expected);
}
