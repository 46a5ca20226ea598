#![expect(clippy::float_cmp, reason = "what is counted are whole numbers, which floats hold exactly")]

use crate::NOBODY;
use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Client, PASSWORD, Problem, Scrape, Server, eventually,
};
use rstest::rstest;
use serde_json::json;
use std::collections::BTreeSet;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

const REQUESTS: &str = "library_http_request_duration_seconds_count";

#[rstest]
#[tokio::test]
async fn every_request_is_counted_once_by_route_method_and_status(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (one, _) = (server.given_book().await, server.given_book().await);
    let path = crate::path_of("books", &one);
    for _ in 0..3 {
        server.get(&path).await.assert_is(200, &one);
    }
    server.send(server.request("HEAD", &path)).await.assert_is_empty(200);
    server.get(&format!("/books/{NOBODY}")).await.assert_problem(&Problem::nothing_of_this_id("book"));
    assert_eq!(server.get("/books/x").await.status, 422);
    assert_eq!(server.post("/books", json!({})).await.status, 422);
    assert_eq!(server.get("/nowhere").await.status, 404);
    assert_eq!(server.get("/books/x/y/z").await.status, 404);
    assert_eq!(server.send(server.request("BREW", "/books")).await.status, 405);
    server.get("/health").await.assert_is(200, &json!("OK"));

    let scrape = server.scrape().await;
    let counted = |method, route, status| scrape.value(REQUESTS, &[("method", method), ("route", route), ("status", status)]);
    assert_eq!(counted("POST", "/books", "201"), 2.0);
    assert_eq!(counted("POST", "/books", "422"), 1.0);
    assert_eq!(counted("GET", "/books/{id}", "200"), 3.0);
    assert_eq!(counted("HEAD", "/books/{id}", "200"), 1.0);
    assert_eq!(counted("GET", "/books/{id}", "404"), 1.0);
    assert_eq!(counted("GET", "/books/{id}", "422"), 1.0);
    assert_eq!(counted("GET", "unmatched", "404"), 2.0);
    assert_eq!(counted("other", "/books", "405"), 1.0);
    assert_eq!(counted("GET", "/health", "200"), 1.0);
    // The one that is being answered is this.
    assert_eq!(scrape.value("library_http_requests_in_flight", &[]), 1.0);
    let again = server.scrape().await;
    assert_eq!(again.value(REQUESTS, &[("route", "/metrics")]), 1.0);
    let (all, others) = (total(&again), total(&scrape));
    assert_eq!((all, others), (14.0, 13.0));
}

#[rstest]
#[tokio::test]
async fn a_histogram_counts_in_every_bucket_from_the_first_that_holds_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for _ in 0..5 {
        server.get("/health/live").await.assert_is(200, &json!("OK"));
    }
    let scrape = server.scrape().await;
    let labels = [("method", "GET"), ("route", "/health/live"), ("status", "200")];
    let buckets = scrape.matching("library_http_request_duration_seconds_bucket", &labels);
    let bounds: Vec<_> = buckets.iter().map(|bucket| bucket.labels["le"].as_str()).collect();
    let expected =
        ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"];
    assert_eq!(bounds, expected);
    assert!(buckets.windows(2).all(|pair| pair[0].value <= pair[1].value), "{buckets:?}");
    assert_eq!(buckets.last().map(|bucket| bucket.value), Some(5.0));
    assert_eq!(scrape.value(REQUESTS, &labels), 5.0);
    let seconds = scrape.value("library_http_request_duration_seconds_sum", &labels);
    assert!(seconds > 0.0 && seconds < 10.0, "{seconds}");
}

#[rstest]
#[tokio::test]
async fn what_the_service_stands_on_is_measured(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = crate::path_of("books", &book);
    for _ in 0..3 {
        server.get(&path).await.assert_is(200, &book);
    }
    assert_eq!(server.get("/books").await.status, 200);
    let member = server.given_verified_member().await;
    server.given_login(&member).await;
    let wrong = json!({"email": member.email, "password": format!("not {PASSWORD}")});
    assert_eq!(server.post("/auth/login", wrong).await.status, 401);

    let scrape = server.scrape().await;
    let cache = |name: &str, cache| scrape.value(&format!("library_cache_{name}_total"), &[("cache", cache)]);
    assert_eq!(cache("hits", "books") + cache("misses", "books"), 3.0);
    assert_eq!((cache("hits", "members"), cache("misses", "members"), cache("errors", "members")), (0.0, 0.0, 0.0));
    if backend == Sqlite {
        // The first look-up found nothing and filled it in. Redis may be too slow for one of them.
        assert_eq!((cache("hits", "books"), cache("errors", "books")), (2.0, 0.0));
    }

    // One to register, two to log in.
    assert_eq!(scrape.value("library_password_hashing_wait_seconds_count", &[]), 3.0);
    assert_eq!(scrape.value("library_password_hashing_in_progress", &[]), 0.0);
    assert!(scrape.value("library_password_hashing_limit", &[]) >= 1.0);

    let pools: &[_] = if backend == Sqlite {
        &["sqlite_readers", "sqlite_writer", "sqlite_inline"]
    } else {
        &["postgres", "postgres_readers", "postgres_pipelines", "redis"]
    };
    let known: Vec<_> =
        scrape.matching("library_pool_connections", &[]).iter().map(|sample| sample.labels["pool"].clone()).collect();
    assert_eq!(known, pools);
    for pool in pools {
        let number = |name: &str| scrape.value(&format!("library_pool_{name}"), &[("pool", pool)]);
        assert!(number("connections") >= 1.0 && number("connections") <= number("connections_limit"), "{pool}");
        assert!(number("connections_in_use") <= number("connections"), "{pool}");
        assert_eq!(number("waiting_callers"), 0.0, "{pool}");
        assert!(number("wait_seconds_count") >= 1.0, "{pool}");
    }

    for check in ["database", "cache", "queue"] {
        assert_eq!(scrape.value("library_health_check_up", &[("check", check)]), 1.0, "{check}");
        assert!(scrape.value("library_health_check_duration_seconds", &[("check", check)]) < 1.0, "{check}");
    }
    assert_eq!(scrape.value("library_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    let created_at = OffsetDateTime::parse(book["created_at"].as_str().expect("a text"), &Rfc3339).expect("a time");
    let age = (created_at - OffsetDateTime::UNIX_EPOCH).as_seconds_f64() - scrape.value("process_start_time_seconds", &[]);
    assert!(age > 0.0 && age < 60.0, "{age}");
}

#[rstest]
#[tokio::test]
async fn the_queue_and_what_became_of_it_are_measured(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    server.verify(&member).await;
    eventually("a mail that was sent", async || {
        let scrape = server.scrape().await;
        let queue = ["waiting", "due", "failed"].map(|state| scrape.value(&format!("library_queue_{state}_notifications"), &[]));
        let outcomes = ["sent", "dropped", "postponed", "given_up"]
            .map(|outcome| scrape.value("library_notification_deliveries_total", &[("outcome", outcome)]));
        let age = scrape.value("library_queue_oldest_due_age_seconds", &[]);
        (queue == [0.0; 3] && age == 0.0 && outcomes == [1.0, 0.0, 0.0, 0.0]).then_some(())
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn no_label_holds_what_a_client_chose(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let templates = templates(&server).await;
    let mut known = Vec::new();
    for number in 0..40_u32 {
        // The same in every run, and like nothing that is served.
        let id = format!("{number:08x}-0000-7000-8000-{:012x}", number.wrapping_mul(2_654_435_761));
        let stranger = format!("stranger{number}%2F{}", "é%00\"\\n{}".repeat(number as usize % 3));
        for path in templates.iter().filter(|path| path.contains('{')) {
            for value in [&id, &stranger] {
                let (before, after) = (path.split('{').next().unwrap_or_default(), path.split('}').nth(1).unwrap_or_default());
                known.push(format!("{before}{value}{after}"));
            }
        }
        known.extend([
            format!("/{id}"),
            format!("/{stranger}"),
            format!("/books/{id}/{stranger}"),
            format!("/books?q={stranger}"),
        ]);
    }
    for (number, path) in known.iter().enumerate() {
        let method = ["GET", "POST", "HEAD", "DELETE", "OPTIONS", "PURGE", "X-STRANGER"][number % 7];
        let path = path.replace(['"', '\\', '{', '}'], "_");
        let response = server.request(method, &path).send().await.expect("an answer");
        assert!(response.status().as_u16() < 500, "{method} {path}: {response:?}");
    }
    let scrape = server.scrape().await;
    let values = |label: &str| -> BTreeSet<_> {
        let samples = scrape.samples.iter().filter_map(|sample| sample.labels.get(label).map(String::as_str));
        samples.collect()
    };
    let served: BTreeSet<_> = templates.iter().map(String::as_str).chain(["/docs/{file:.*}", "unmatched"]).collect();
    assert_eq!(values("route").difference(&served).collect::<Vec<_>>(), [&""; 0]);
    let methods = BTreeSet::from(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "other"]);
    assert_eq!(values("method"), methods);
    assert!(!scrape.text.contains("stranger") && !scrape.text.contains("-0000-7000-8000-"), "{}", scrape.text);
    let labels: BTreeSet<_> = scrape.samples.iter().flat_map(|sample| sample.labels.keys().map(String::as_str)).collect();
    let mut allowed = BTreeSet::from(["cache", "check", "le", "method", "outcome", "pool", "route", "status", "version"]);
    if backend == Postgres {
        // Before Redis.
        allowed.insert("breaker");
    }
    assert_eq!(labels, allowed);
}

#[tokio::test]
async fn metrics_are_asked_for_as_everything_else() {
    let server = Server::start(Sqlite).await;
    let head = server.send(server.request("HEAD", "/metrics")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(server.post("/metrics", json!({})).await.status, 405);
}

/// The paths of the document.
async fn templates(client: &Client) -> Vec<String> {
    let document = client.get("/openapi.json").await.json_of(200);
    document["paths"].as_object().expect("paths").keys().cloned().collect()
}

fn total(scrape: &Scrape) -> f64 {
    scrape.matching(REQUESTS, &[]).iter().map(|sample| sample.value).sum()
}
