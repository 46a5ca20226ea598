//! The log, and who reads it.

use library_e2e::{Backend::Sqlite, Scrape, Server, eventually, racing};
use serde_json::json;

#[tokio::test]
async fn a_log_that_nobody_reads_holds_no_request_up() {
    let server = Server::start(Sqlite).await;
    server.log().read(false);
    // Two lines a request: more than a pipe holds, and than the service keeps until somebody reads.
    for _ in 0..60 {
        let statuses = racing(100, |_| {
            let client = server.another();
            async move { client.get("/health").await.status }
        })
        .await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    }
    let dropped = Scrape::of(&server.get("/metrics").await).value("library_log_lines_dropped_total", &[]);
    assert!(dropped > 0.0, "{dropped}");

    server.log().read(true);
    // Until there is room for them again, its lines are dropped as well.
    eventually("the line of a new request", async || {
        server
            .send(server.request("GET", "/health").header("X-Request-Id", "after-the-pause"))
            .await
            .assert_is(200, &json!("OK"));
        server.log().lines().iter().any(|line| line.contains("after-the-pause")).then_some(())
    })
    .await;
}
