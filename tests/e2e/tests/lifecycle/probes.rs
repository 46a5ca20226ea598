use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Client, LIMIT, Server, eventually,
};
use library_testkit::servers::{PostgresServer, RedisServer};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a probe may take: every check ends within 0.8 s, and the machine may do much else.
const IN_TIME: Duration = Duration::from_secs(4);

/// What a check may: less than a caller waits for a connection, who has no such limit.
const CHECK_IN_TIME: f64 = 1_900.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    Killed,
    Frozen,
}

#[rstest]
#[tokio::test]
async fn without_its_database_a_server_is_not_ready_and_says_so_in_time(
    #[values(Outage::Killed, Outage::Frozen)] outage: Outage,
) {
    let postgres = PostgresServer::start().await;
    let database = postgres.database().await;
    let server = Server::builder(Sqlite).await.with("DATABASE_URL", database.url()).start().await;
    assert_eq!(readiness(&server).await.states(), (200, "up", "up", "up", "up"));
    match outage {
        Outage::Killed => postgres.kill().await,
        Outage::Frozen => postgres.freeze().await,
    }
    // More of them at once than the pool has connections.
    for answer in racing_probes(&server, 20).await {
        assert_eq!(answer.states(), (503, "down", "down", "up", "down"));
        assert!(answer.took < IN_TIME, "{:?}", answer.took);
        for check in ["database", "queue"] {
            let duration = answer.body["checks"][check]["duration_ms"].as_f64().expect("a number");
            assert!(duration < CHECK_IN_TIME, "{check}: {duration} ms");
        }
        assert_eq!(answer.body["is_shutting_down"], false);
        assert_eq!(answer.body["checks"]["queue"].get("backlog"), None);
    }
    let failure = server.log().wait_for("health_check_failed", |event| event["check"] == "database").await;
    assert_eq!(failure["level"], "WARN");
    // It runs all the same: to start it anew would mend nothing.
    server.get("/health/live").await.assert_is(200, &json!("OK"));

    match outage {
        Outage::Killed => postgres.restart().await,
        Outage::Frozen => postgres.thaw().await,
    }
    eventually("a server that is ready", async || {
        (readiness(&server).await.states() == (200, "up", "up", "up", "up")).then_some(())
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn without_redis_a_server_is_degraded_and_ready_all_the_same(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(Outage::Killed, Outage::Frozen)] outage: Outage,
) {
    let redis = RedisServer::start().await;
    let server = Server::builder(backend).await.with("REDIS_URL", redis.url()).start().await;
    let is_up = async || (readiness(&server).await.states() == (200, "up", "up", "up", "up")).then_some(());
    eventually("a cache that answers", is_up).await;
    match outage {
        Outage::Killed => redis.kill().await,
        Outage::Frozen => redis.freeze().await,
    }
    let answer = readiness(&server).await;
    assert_eq!(answer.states(), (200, "degraded", "up", "down", "up"));
    assert!(answer.took < IN_TIME, "{:?}", answer.took);
    match outage {
        Outage::Killed => redis.restart().await,
        Outage::Frozen => redis.thaw().await,
    }
    eventually("a cache that answers again", is_up).await;
}

#[rstest]
#[tokio::test]
async fn a_server_that_leaves_is_alive_and_not_ready(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    assert_eq!(server.get("/health/ready").await.status, 200);
    server.ask_to_end();
    server.log().wait_for("shutdown_started", |_| true).await;
    // A load balancer has as long as the farewell takes to see it.
    let answer = readiness(&server).await;
    assert_eq!(answer.states(), (503, "down", "up", "up", "up"));
    assert_eq!(answer.body["is_shutting_down"], true);
    server.get("/health/live").await.assert_is(200, &json!("OK"));
    assert_eq!(server.end().await.code(), Some(0));
}

/// What a probe sees.
struct Readiness {
    status: u16,
    body: Value,
    took: Duration,
}

impl Readiness {
    /// The status, the state of all, and that of the database, the cache and the queue.
    fn states(&self) -> (u16, &str, &str, &str, &str) {
        let state = |path| self.body.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no {path}: {}", self.body));
        (
            self.status,
            state("/state"),
            state("/checks/database/state"),
            state("/checks/cache/state"),
            state("/checks/queue/state"),
        )
    }
}

/// The answer to a probe, past the client of these tests, which takes no 503.
async fn readiness(client: &Client) -> Readiness {
    let started = Instant::now();
    let response = client.request("GET", "/health/ready").send().await.expect("an answer");
    let status = response.status().as_u16();
    assert_eq!(response.headers()["Content-Type"], "application/json");
    assert_eq!(response.headers()["Cache-Control"], "no-store");
    assert!(response.headers().contains_key("X-Request-Id"));
    let body = response.json().await.expect("JSON");
    Readiness { status, body, took: started.elapsed() }
}

async fn racing_probes(server: &Server, count: usize) -> Vec<Readiness> {
    let probes = library_e2e::racing(count, |_| {
        let client = server.another();
        async move { readiness(&client).await }
    });
    tokio::time::timeout(LIMIT, probes).await.expect("every probe is answered")
}
