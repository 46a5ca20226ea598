//! How many clients there may be, and how long they may take.

use library_e2e::{Backend::Sqlite, LIMIT, Server, read_to_end};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const ASK: &[u8] = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
const ASK_AND_LEAVE: &[u8] = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn who_comes_when_all_connections_are_taken_waits_until_one_is_free() {
    let server = Server::builder(Sqlite).await.with("MAX_CONNECTIONS", "1").start().await;
    let mut first = server.connect_and_send(ASK).await;
    assert!(read_some(&mut first).await.starts_with("HTTP/1.1 200 OK\r\n"));
    let mut second = server.connect_and_send(ASK_AND_LEAVE).await;
    let waited = timeout(Duration::from_millis(500), second.read_u8()).await;
    assert!(waited.is_err(), "it is answered although there is no connection left: {waited:?}");
    // The first is still served meanwhile.
    first.write_all(ASK).await.expect("the server reads");
    assert!(read_some(&mut first).await.starts_with("HTTP/1.1 200 OK\r\n"));

    drop(first);
    assert!(read_to_end(&mut second).await.starts_with("HTTP/1.1 200 OK\r\n"));
    let mut third = server.connect_and_send(ASK_AND_LEAVE).await;
    assert!(read_to_end(&mut third).await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn who_says_nothing_or_says_it_slowly_is_sent_away_and_makes_room() {
    let server = Server::builder(Sqlite).await.with("MAX_CONNECTIONS", "1").start().await;
    for sent in ["", "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let started = Instant::now();
        let slow = server.connect_and_send(sent.as_bytes()).await;
        let mut waiting = server.connect_and_send(ASK_AND_LEAVE).await;
        // A letter now and then is no head either.
        let trickling = tokio::spawn(trickle(slow, !sent.is_empty()));
        assert!(read_to_end(&mut waiting).await.starts_with("HTTP/1.1 200 OK\r\n"));
        let took = started.elapsed();
        assert!(took > Duration::from_secs(5) && took < Duration::from_secs(20), "{took:?}");
        let said = trickling.await.expect("it comes to an end");
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{said}");
    }
}

#[tokio::test]
async fn a_body_that_comes_slowly_is_given_up() {
    let server = Server::start(Sqlite).await;
    let head = "POST /books HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
    let started = Instant::now();
    let said = trickle(server.connect_and_send(head.as_bytes()).await, true).await;
    let took = started.elapsed();
    assert!(said.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{said}");
    assert!(said.contains("\"detail\":\"The body took too long to arrive.\""), "{said}");
    assert!(took > Duration::from_secs(25) && took < Duration::from_secs(50), "{took:?}");
}

/// Sends a letter now and then, if so, and answers with what the server says until it closes the connection or says it all.
async fn trickle(mut stream: TcpStream, sends: bool) -> String {
    let (mut reader, mut writer) = stream.split();
    let mut said = Vec::new();
    let read = async {
        let mut piece = [0; 4_096];
        while let Ok(count @ 1..) = reader.read(&mut piece).await {
            said.extend_from_slice(&piece[..count]);
            if said.ends_with(b"}") {
                break;
            }
        }
    };
    let write = async {
        let mut pace = tokio::time::interval(Duration::from_millis(200));
        while sends && writer.write_all(b" ").await.is_ok() {
            pace.tick().await;
        }
        std::future::pending::<()>().await;
    };
    let ended = timeout(LIMIT * 2, async {
        tokio::select! {
            () = read => {}
            () = write => {}
        }
    });
    ended.await.expect("the server closes");
    String::from_utf8_lossy(&said).into_owned()
}

/// What comes first.
async fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4_096];
    let count = timeout(LIMIT, stream.read(&mut bytes)).await.expect("the server answers").expect("the server writes");
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}
