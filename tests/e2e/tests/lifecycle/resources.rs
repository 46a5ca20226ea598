use library_e2e::{Backend::Sqlite, PASSWORD, Server, eventually, racing};
use serde_json::json;
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1_024 * 1_024;

#[tokio::test]
async fn many_log_ins_at_once_take_the_memory_of_a_few_and_give_it_back() {
    let server = Server::start(Sqlite).await;
    let member = server.given_verified_member().await;
    let before = server.resident_memory();

    let statuses = racing(64, |_| {
        let (client, email) = (server.another(), member.email.clone());
        async move { client.post("/auth/login", json!({"email": email, "password": PASSWORD})).await.status }
    })
    .await;
    let after = server.resident_memory();

    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    // Sixty-four hashes of 19 MiB at once would be 1.2 GB.
    assert!(after < before + 100 * MEGABYTE, "{before} bytes became {after}");
    eventually("the memory of the hashes to be given back", async || {
        (server.resident_memory() < before + 30 * MEGABYTE).then_some(())
    })
    .await;
}

#[tokio::test]
async fn dev_serves_within_a_second_of_its_start() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let mut quickest = Duration::MAX;
    // The machine may be busy with other tests: what counts is what the server itself needs.
    for _ in 0..5 {
        let started = Instant::now();
        let server = Server::dev_in(directory.path()).start().await;
        server.get("/health").await.assert_is(200, &json!("OK"));
        quickest = quickest.min(started.elapsed());
    }
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
}
