#![expect(clippy::float_cmp, reason = "what is counted are whole numbers, which floats hold exactly")]

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, KEY, Problem, Scrape, Server, eventually,
};
use library_testkit::servers::{PostgresServer, RedisServer};
use rstest::rstest;
use serde_json::json;
use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

/// What a scrape may take: every check ends within 0.8 s, and the machine may do much else.
const IN_TIME: Duration = Duration::from_secs(4);

#[rstest]
#[tokio::test]
async fn metrics_with_an_address_of_their_own_are_there_alone(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::builder(backend).await.with("METRICS_ADDR", "127.0.0.1:0").start().await;
    let metrics = server.metrics().await;
    assert_ne!(metrics.address(), server.address());
    let nothing = Problem::plain(404, "There is nothing at this path.");
    server.get("/metrics").await.assert_problem(&nothing);
    let scrape = metrics.scrape().await;
    let labels = [("route", "unmatched"), ("status", "404")];
    assert_eq!(scrape.value("library_http_request_duration_seconds_count", &labels), 1.0);
    // What is asked there is not counted.
    assert_eq!(scrape.value("library_http_requests_in_flight", &[]), 0.0);
    for path in ["/books", "/docs/", "/openapi.json"] {
        metrics.get(path).await.assert_problem(&nothing);
    }
    for client in [&metrics, &*server] {
        for path in ["/health", "/health/live"] {
            client.get(path).await.assert_is(200, &json!("OK"));
        }
        assert_eq!(client.get("/health/ready").await.json_of(200)["state"], "up");
    }
    server.ask_to_end();
    server.log().wait_for("shutdown_started", |_| true).await;
    let leaving = metrics.request("GET", "/health/ready").send().await.expect("it answers to the end");
    assert_eq!(leaving.status(), 503);
    assert_eq!(server.end().await.code(), Some(0));
    assert!(server.log().events_named("shutdown_cut_short").is_empty());
}

#[tokio::test]
async fn metrics_whose_address_is_taken_stop_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let command = Command::new(["serve"]).with("DATABASE_URL", "sqlite::memory:").with("REDIS_URL", "memory://");
    let finished = command.with("JWT_SECRET_KEY", KEY).with("PORT", "0").with("METRICS_ADDR", &*address).run().await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.contains(&address) && finished.stderr.contains("in use"), "{}", finished.stderr);
}

#[rstest]
#[tokio::test]
async fn a_scrape_is_answered_in_time_without_the_database_and_says_nothing_of_the_queue(#[values(true, false)] is_frozen: bool) {
    let postgres = PostgresServer::start().await;
    let database = postgres.database().await;
    let server = Server::builder(Sqlite).await.with("DATABASE_URL", database.url()).start().await;
    assert_eq!(server.scrape().await.find("library_queue_waiting_notifications", &[]), Some(0.0));
    if is_frozen {
        postgres.freeze().await;
    } else {
        postgres.kill().await;
    }
    let started = Instant::now();
    let scrape = server.scrape().await;
    assert!(started.elapsed() < IN_TIME, "{:?}", started.elapsed());
    let queue: Vec<_> = scrape.samples.iter().filter(|sample| sample.name.starts_with("library_queue_")).collect();
    assert!(queue.is_empty(), "{queue:?}");
    assert_eq!(up(&scrape), [0.0, 1.0, 0.0]);
    if is_frozen {
        postgres.thaw().await;
    } else {
        postgres.restart().await;
    }
    eventually("a queue that is told of again", async || server.scrape().await.find("library_queue_waiting_notifications", &[]))
        .await;
}

#[rstest]
#[tokio::test]
async fn what_fails_in_redis_is_counted(#[values(Sqlite, Postgres)] backend: Backend) {
    let redis = RedisServer::start().await;
    let server = Server::builder(backend).await.with("REDIS_URL", redis.url()).start().await;
    let book = server.given_book().await;
    redis.kill().await;
    let path = format!("/books/{}", book["id"].as_str().expect("an id"));
    server.get(&path).await.assert_is(200, &book);
    let scrape = server.scrape().await;
    let of_books = |what| scrape.value(&format!("library_cache_{what}_total"), &[("cache", "books")]);
    let counted = ["hits", "misses", "errors"].map(of_books);
    assert_eq!(counted, [0.0, 1.0, 1.0]);
    assert_eq!(up(&scrape), [1.0, 0.0, 1.0]);
}

/// Whether the database, the cache and the queue are up.
fn up(scrape: &Scrape) -> [f64; 3] {
    ["database", "cache", "queue"].map(|check| scrape.value("library_health_check_up", &[("check", check)]))
}
