use library_e2e::{Backend::Sqlite, Client, LIMIT, Server};
use library_faults::{Load, Outcome, Samples, alone, clients_of, reads};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};

/// Clients that have asked once and say nothing any more.
const IDLE: usize = 5_000;

/// Clients that send a byte a second.
const SLOW: usize = 500;

/// How many connect at once: more would wait in the system's queue, and be counted as lost.
const AT_ONCE: usize = 64;

const PHASE: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn thousands_who_say_nothing_and_hundreds_who_say_it_slowly_keep_nobody_waiting() {
    let _machine = alone().await;
    let server = Server::builder(Sqlite).await.with("MAX_CONNECTIONS", "8000").start().await;
    let mut books = Vec::new();
    for _ in 0..8 {
        books.push(server.given_book().await);
    }
    let measure = async || {
        let load = Load::start(clients_of(&server, 8), Duration::from_millis(10), reads(&books));
        load.run_for(PHASE).await;
        load.stop().await
    };
    let before = measure().await;
    let idle = connect_and_stay(&server).await;
    let slow = trickle(&server);
    let meanwhile = measure().await;
    drop((idle, slow));
    let after = measure().await;

    let all: [&Samples; 3] = [&before, &meanwhile, &after];
    for samples in all {
        samples.assert_all(100, "whoever else is there", Outcome::is_success);
    }
    // The machine is at its slowest in one of the two.
    let normal = before.p99().max(after.p99());
    println!("99 of 100 reads took {:?}, then {:?}, then {:?}", before.p99(), meanwhile.p99(), after.p99());
    assert!(meanwhile.p99() <= normal * 2, "{normal:?} became {:?}", meanwhile.p99());
}

/// Connections that have been answered once, and are kept.
async fn connect_and_stay(client: &Client) -> Vec<TcpStream> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut connecting = JoinSet::new();
    for _ in 0..IDLE {
        let (turns, client) = (Arc::clone(&turns), client.clone());
        connecting.spawn(async move {
            let _turn = turns.acquire().await.expect("it is never closed");
            let mut stream = client.connect_and_send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await;
            let mut answer = [0; 15];
            let answered = timeout(LIMIT, stream.read_exact(&mut answer)).await;
            answered.expect("the server has room").expect("the server answers");
            assert_eq!(&answer, b"HTTP/1.1 200 OK");
            stream
        });
    }
    connecting.join_all().await
}

/// Clients that send the head of a request byte by byte, and come again when they are sent away.
fn trickle(client: &Client) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for _ in 0..SLOW {
        let client = client.clone();
        clients.spawn(async move {
            loop {
                let mut stream = client.connect_and_send(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        });
    }
    clients
}
