use super::{close_when_quiet, note_requests};
use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, rt, web};
use rstest::rstest;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const QUIET: Duration = Duration::from_millis(400);

/// Longer than a connection may be quiet.
const LONG: Duration = Duration::from_millis(1_200);

/// More than what a socket takes that nobody reads from.
const MUCH: usize = 64 * 1_024 * 1_024;

const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

fn a_server() -> (ServerHandle, SocketAddr) {
    let server = HttpServer::new(|| {
        App::new()
            .route("/", web::get().to(async || "x"))
            .route("/slow", web::get().to(answer_slowly))
            .route("/much", web::get().to(async || web::Bytes::from(vec![b'x'; MUCH])))
            .wrap(from_fn(note_requests))
    })
    .on_connect(close_when_quiet(QUIET))
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .expect("a free port");
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    rt::spawn(server);
    (handle, address)
}

async fn answer_slowly() -> &'static str {
    rt::time::sleep(LONG).await;
    "x"
}

async fn connect_and_send(address: SocketAddr, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(sent).await.expect("the server reads");
    stream
}

/// All that the server says until it closes, and how long that took.
async fn read_to_end(stream: &mut TcpStream) -> (String, Duration) {
    let (mut said, started) = (Vec::new(), Instant::now());
    timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await.expect("the server closes").ok();
    (String::from_utf8_lossy(&said).into_owned(), started.elapsed())
}

#[rstest]
#[case::says_nothing(b"")]
#[case::sends_a_body_that_nobody_reads_and_does_not_end_it(
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
)]
#[actix_web::test]
async fn who_begins_and_does_not_go_on_is_sent_away(#[case] sent: &[u8]) {
    let (server, address) = a_server();
    let mut stream = connect_and_send(address, sent).await;
    let (said, took) = read_to_end(&mut stream).await;
    assert!(sent.is_empty() || said.starts_with("HTTP/1.1 "), "{said}");
    assert!(took >= QUIET / 2, "{took:?}");
    server.stop(false).await;
}

#[actix_web::test]
async fn who_begins_to_ask_again_and_does_not_go_on_is_sent_away() {
    let (server, address) = a_server();
    let mut stream = connect_and_send(address, ASK).await;
    let mut answer = [0; 4_096];
    assert!(stream.read(&mut answer).await.expect("the server writes") > 0);
    stream.write_all(b"G").await.expect("the server reads");
    let (said, took) = read_to_end(&mut stream).await;
    assert!(said.is_empty() && took >= QUIET / 2, "{said} after {took:?}");
    server.stop(false).await;
}

#[actix_web::test]
async fn who_does_not_read_the_answer_is_sent_away() {
    let (server, address) = a_server();
    let mut stream = connect_and_send(address, b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n").await;
    rt::time::sleep(LONG).await;
    let (said, _) = read_to_end(&mut stream).await;
    assert!(said.len() < MUCH, "{} bytes", said.len());
    server.stop(false).await;
}

#[actix_web::test]
async fn who_asks_now_and_then_or_waits_for_an_answer_stays() {
    let (server, address) = a_server();
    let mut stream = connect_and_send(address, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    for _ in 0..4 {
        let mut answer = [0; 4_096];
        let count = timeout(LONG * 10, stream.read(&mut answer)).await.expect("an answer").expect("the server writes");
        assert!(answer[..count].starts_with(b"HTTP/1.1 200 OK\r\n"));
        rt::time::sleep(QUIET / 2).await;
        stream.write_all(ASK).await.expect("the server reads");
    }
    server.stop(false).await;
}
