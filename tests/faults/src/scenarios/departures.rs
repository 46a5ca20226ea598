use crate::{Load, Outcome, Sql, book_path, clients_of, new_book, reads_and_writes};
use library_e2e::{Backend, Borrower, Server, eventually};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet};

/// How many clients there are at once.
const AT_ONCE: usize = 32;

/// How long a client that has asked waits at most before it leaves, in microseconds: from nothing to about as long as an answer takes.
const PATIENCE: u64 = 5_000;

/// How many files a connection to SQLite is: the database, its log and the index of that.
const FILES_OF_SQLITE: f64 = 3.0;

/// How long a server with nothing left to do takes to end: it says farewell for a second and a half.
const ENDED_WITHIN: Duration = Duration::from_secs(10);

/// So many clients leave in the middle of a request, wherever that is. No connection, transaction or task of theirs is left.
pub async fn clients_that_leave_take_everything_with_them(backend: Backend, departures: usize) {
    let mut server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let before = open_files_once_warm(&server, &book).await;
    let requests = Arc::new(requests(&book, &borrower));
    let mut clients = JoinSet::new();
    for number in 0..AT_ONCE {
        let (address, requests) = (server.address().to_owned(), Arc::clone(&requests));
        clients.spawn(async move {
            let mut random = StdRng::seed_from_u64(u64::try_from(number).expect("so few"));
            for round in 0..departures / AT_ONCE {
                leave(&address, &requests[(number + round) % requests.len()], &mut random).await;
            }
        });
    }
    clients.join_all().await;

    assert_nothing_is_left(&server, backend, before).await;
    // Whoever stays is served.
    server.given_loan(&borrower, &server.given_book().await).await;
    Sql::of(server.storage()).assert_invariants_hold().await;
    // A task that is left would be waited for.
    let asked = std::time::Instant::now();
    assert_eq!(server.terminate().await.code(), Some(0));
    assert!(asked.elapsed() < ENDED_WITHIN, "{:?}", asked.elapsed());
    assert!(server.log().events_named("shutdown_cut_short").is_empty());
    assert!(server.stderr().lines().iter().all(|line| !line.contains("panicked")), "{:#?}", server.stderr().lines());
}

/// How many files and connections the server has open when its pools have what they need and nobody asks any more.
async fn open_files_once_warm(server: &Server, book: &Value) -> f64 {
    let load = Load::start(clients_of(server, AT_ONCE), Duration::ZERO, reads_and_writes(book));
    load.wait_for(AT_ONCE * 10).await;
    load.stop().await.assert_all(AT_ONCE, "before", Outcome::is_success);
    open_files(server)
}

fn open_files(server: &Server) -> f64 {
    u32::try_from(server.open_files()).expect("so few").into()
}

/// The bytes of requests of every kind: reads, searches, writes, those that wait for a hash or need a token.
fn requests(book: &Value, borrower: &Borrower) -> Vec<Vec<u8>> {
    let token = borrower.client.token().expect("they are logged in");
    let path = book_path(book);
    let post = |path: &str, body: &Value| request("POST", path, token, body);
    vec![
        request("GET", "/books?limit=50", token, &Value::Null),
        post("/books", &new_book()),
        request("PUT", &path, token, &json!({"title": "Left", "author": "Somebody", "description": ""})),
        request("GET", "/books?q=middlemarch", token, &Value::Null),
        post("/loans", &json!({"book_id": book["id"], "member_id": borrower.member.id})),
        request("GET", &path, token, &Value::Null),
        post("/auth/login", &json!({"email": borrower.member.email, "password": "not their password"})),
        request("GET", "/loans", token, &Value::Null),
    ]
}

fn request(method: &str, path: &str, token: &str, body: &Value) -> Vec<u8> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Connects, sends some of a request or all of it, and leaves, politely or not.
async fn leave(address: &str, request: &[u8], random: &mut StdRng) {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let sent = if random.random_bool(0.25) { random.random_range(1..request.len()) } else { request.len() };
    // The server may have had enough before we have.
    let _ = stream.write_all(&request[..sent]).await;
    tokio::time::sleep(Duration::from_micros(random.random_range(0..PATIENCE))).await;
    if random.random_bool(0.5) {
        // With a reset, as when a program is killed, and not with a last word.
        stream.set_zero_linger().expect("a socket can be set so");
    }
}

async fn assert_nothing_is_left(server: &Server, backend: Backend, before: f64) {
    let scrape = server.scrape().await;
    let limits = scrape.matching("library_pool_connections_limit", &[]);
    let pools: Vec<_> = limits.iter().map(|sample| sample.labels["pool"].clone()).collect();
    eventually("requests that have ended, and connections that are back in their pools", async || {
        let scrape = server.scrape().await;
        let of_pool = |name: &str, pool: &str| scrape.value(&format!("library_pool_connections_{name}"), &[("pool", pool)]);
        let are_idle = pools.iter().all(|pool| of_pool("in_use", pool) < 1.0);
        let nobody_waits = pools.iter().all(|pool| scrape.value("library_pool_waiting_callers", &[("pool", pool)]) < 1.0);
        // The scrape itself is one.
        let is_last = scrape.value("library_http_requests_in_flight", &[]) < 2.0;
        (are_idle && nobody_waits && is_last).then_some(())
    })
    .await;
    // The pools may have made connections since.
    let files_of_one = if backend == Backend::Sqlite { FILES_OF_SQLITE } else { 1.0 };
    let pooled: f64 = limits.iter().map(|sample| sample.value * files_of_one).sum();
    eventually("closed connections", async || (open_files(server) <= before + pooled).then_some(())).await;
    let sql = Sql::of(server.storage());
    match backend {
        // It would wait for whoever has not ended a transaction.
        Backend::Sqlite => sql.run("BEGIN IMMEDIATE; ROLLBACK").await,
        Backend::Postgres => {
            let busy = "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() \
                        AND pid <> pg_backend_pid() AND state <> 'idle'";
            eventually("sessions of PostgreSQL that do nothing", async || (sql.number(busy).await == 0).then_some(())).await;
        }
    }
}
