//! Requests that no proper client would make.

mod corpus;
mod mutate;

use self::{corpus::Corpus, mutate::mutated};
use library_e2e::{Backend, Client, Server};
use rand::{SeedableRng, rngs::StdRng};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

/// How many send at once.
const SENDERS: u64 = 4;

/// How long an answer is waited for: a body that does not come is given up after thirty seconds, and nobody waits for that here.
const PATIENCE: Duration = Duration::from_millis(500);

/// Sends requests that begin from the corpus and are made worse, for so long. None is answered as a fault of the server's, and nothing in
/// it panics. The same seed makes the same requests.
pub async fn no_request_is_a_fault_of_the_server(backend: Backend, time: Duration, seed: u64) {
    let server = Server::builder(backend).await.with("TRUSTED_PROXIES", "127.0.0.1").start().await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let corpus = Arc::new(Corpus::read(&book, &borrower));
    println!("the seed is {seed}");
    // As they are written, before they are made worse.
    for request in corpus.requests() {
        let status = judge(&server, request, seed).await;
        assert!(status.is_some(), "{:?} is not answered", String::from_utf8_lossy(request));
    }
    let ends = Instant::now() + time;
    let mut senders = JoinSet::new();
    for number in 0..SENDERS {
        let (client, corpus) = (server.another(), Arc::clone(&corpus));
        senders.spawn(async move {
            let mut random = StdRng::seed_from_u64(seed + number);
            let mut statuses = Vec::new();
            while Instant::now() < ends {
                statuses.push(judge(&client, &mutated(&corpus, &mut random), seed).await);
            }
            statuses
        });
    }
    let statuses = senders.join_all().await.concat();
    let answered: Vec<_> = statuses.iter().flatten().collect();
    let of_hundred = |hundred| answered.iter().filter(|status| ***status / 100 == hundred).count();
    println!("{} requests, {} answered: {} with 2xx, {} with 4xx", statuses.len(), answered.len(), of_hundred(2), of_hundred(4));

    server.get("/health").await.assert_status(200);
    let panics: Vec<_> = server.stderr().lines().into_iter().filter(|line| line.contains("panicked")).collect();
    assert_eq!(panics, [""; 0], "with the seed {seed}");
    let errors: Vec<_> = server.log().events().into_iter().filter(|event| event["level"] == "ERROR").collect();
    assert!(errors.is_empty(), "with the seed {seed}: {errors:#?}");
    // What is not is waited for: the rest of a body, or the end of a head.
    assert!(answered.len() > statuses.len() / 2 && of_hundred(2) > 0 && of_hundred(4) > 0, "hardly anything was answered");
}

/// Sends these bytes; no answer to them says that the server is to blame. The status of the first one, if there is any.
async fn judge(client: &Client, request: &[u8], seed: u64) -> Option<u16> {
    let mut stream = TcpStream::connect(client.address()).await.expect("the server listens");
    let mut answer = Vec::new();
    let exchange = async {
        // The server may have had enough before it has all.
        let _ = stream.write_all(request).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    // What has come until then is judged all the same.
    let _ = timeout(PATIENCE, exchange).await;
    let answer = String::from_utf8_lossy(&answer);
    let is_fault = answer.starts_with("HTTP/1.1 5") || answer.contains("\r\nHTTP/1.1 5");
    assert!(!is_fault, "with the seed {seed}, {:?} is answered with {answer}", String::from_utf8_lossy(request));
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
