use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Server, eventually,
};
use library_faults::{Load, Outcome, RECOVERY, Sql, among_others, book_path, clients_of, new_book};
use std::time::{Duration, Instant};

/// More than the pool has connections.
const CLIENTS: usize = 48;

/// What a request may take that waits for a connection, 2 s, and then for a statement, 2.5 s; and the machine for it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn while_every_connection_waits_clients_are_told_in_time_and_what_needs_none_goes_on() {
    let _others = among_others().await;
    // Both at once, because most of it is waiting.
    tokio::join!(hold_every_connection_of(Sqlite), hold_every_connection_of(Postgres));
}

async fn hold_every_connection_of(backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = book_path(&book);
    server.get(&path).await.assert_is(200, &book);
    let load = Load::start(clients_of(&server, CLIENTS), Duration::from_millis(20), |client, _, _| {
        client.request("POST", "/books").json(&new_book())
    });
    load.wait_for(CLIENTS * 2).await;

    let statements = if backend == Postgres { "LOCK TABLE books IN ACCESS EXCLUSIVE MODE" } else { "" };
    let held = Sql::of(server.storage()).hold(statements).await;
    let locked = Instant::now();
    // From the cache, though Redis may be too slow for one of them, and from where no database is asked.
    eventually("an answer from the cache", async || Outcome::of(server.request("GET", &path)).await.is_success().then_some(()))
        .await;
    server.get("/health").await.assert_status(200);
    // As long as anybody may wait, and then some.
    load.run_for(ANSWERED_WITHIN + Duration::from_millis(500)).await;
    let ended = Instant::now();
    drop(held);
    let released = Instant::now();
    load.run_for(RECOVERY + Duration::from_secs(1)).await;
    let samples = load.stop().await;

    samples.assert_all(CLIENTS, "in all", |outcome| outcome.is_success() || outcome.asks_for_patience());
    let meanwhile = samples.between(locked, ended);
    assert!(meanwhile.iter().any(|sample| sample.outcome.asks_for_patience()), "{:?}", meanwhile.tally());
    let slowest = samples.slowest();
    assert!(slowest < ANSWERED_WITHIN, "{slowest:?}");
    samples.since(released + RECOVERY).assert_all(CLIENTS, "released", Outcome::is_success);
}
