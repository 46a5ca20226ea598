use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Server, eventually,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[tokio::test]
async fn a_server_that_answers_is_well(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    server.get("/health").await.assert_is(200, &json!("OK"));
    let head = server.send(server.request("HEAD", "/health")).await;
    head.assert_is_empty(200);
    assert_eq!(head.header("Content-Length"), Some("4"));
}

#[rstest]
#[tokio::test]
async fn a_server_that_runs_is_alive(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let alive = server.get("/health/live").await;
    alive.assert_is(200, &json!("OK"));
    assert_eq!(alive.header("Cache-Control"), Some("no-store"));
    let head = server.send(server.request("HEAD", "/health/live")).await;
    head.assert_is_empty(200);
    assert_eq!((head.header("Content-Length"), head.header("Cache-Control")), (Some("4"), Some("no-store")));
}

#[rstest]
#[tokio::test]
async fn a_server_is_ready_when_all_that_it_stands_on_answers(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let ready = server.get("/health/ready").await;
    assert_eq!(ready.header("Cache-Control"), Some("no-store"));
    let location = if backend == Sqlite { "in_process" } else { "redis" };
    let expected = json!({
        "state": "up",
        "is_shutting_down": false,
        "checks": {
            "database": {"state": "up"},
            "cache": {"state": "up", "location": location},
            "queue": {"state": "up", "backlog": {"waiting": 0, "due": 0, "oldest_due_seconds": 0.0, "failed": 0}},
        },
    });
    assert_eq!(without_durations(ready.json_of(200)), expected);
    let head = server.send(server.request("HEAD", "/health/ready")).await;
    head.assert_is_empty(200);
    assert_eq!(head.header("Cache-Control"), Some("no-store"));
    assert_eq!(head.header("Content-Type"), Some("application/json"));
}

#[rstest]
#[tokio::test]
async fn the_probe_counts_what_waits_in_the_queue(#[values(Sqlite, Postgres)] backend: Backend) {
    // Nobody takes mail there.
    let builder = Server::builder(backend).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1");
    let server = builder.start().await;
    for _ in 0..2 {
        server.given_member().await;
    }
    // Between two attempts, while it waits for its time.
    eventually("two that wait, and none that is due", async || {
        let report = server.get("/health/ready").await.json_of(200);
        let backlog = &report["checks"]["queue"]["backlog"];
        assert_eq!((&report["state"], &backlog["waiting"], &backlog["failed"]), (&json!("up"), &json!(2), &json!(0)));
        (backlog["due"] == 0).then(|| assert_eq!(backlog["oldest_due_seconds"], 0.0))
    })
    .await;
}

#[tokio::test]
async fn a_probe_takes_no_other_method() {
    let server = Server::start(Sqlite).await;
    for path in ["/health/live", "/health/ready"] {
        let refused = server.post(path, json!({})).await;
        assert_eq!((refused.status, refused.header("Allow").map(str::len)), (405, Some("GET, HEAD".len())));
    }
}

/// The report without how long its checks took, which every one says.
fn without_durations(mut report: Value) -> Value {
    for check in report["checks"].as_object_mut().expect("checks").values_mut() {
        let duration = check.as_object_mut().and_then(|check| check.remove("duration_ms"));
        assert!(duration.as_ref().and_then(Value::as_f64).is_some_and(|duration| duration >= 0.0), "{duration:?}");
    }
    report
}
