use library_e2e::{Backend::Postgres, Server, eventually};
use library_faults::{Load, Outcome, RECOVERY, alone, clients_of, reads_and_writes};
use library_testkit::servers::PostgresServer;
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1_024 * 1_024;

/// More clients than the pool has connections.
const CLIENTS: usize = 64;

/// Within how much time a request is answered whatever the database does.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

/// For how long PostgreSQL accepts connections and says nothing.
const FROZEN_FOR: Duration = Duration::from_secs(10);

/// What waiting requests may take of memory.
const ROOM: usize = 50 * MEGABYTE;

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_frozen_for_ten_seconds_nobody_waits_for_long_and_afterwards_all_is_normal() {
    let _machine = alone().await;
    let postgres = PostgresServer::start().await;
    let database = postgres.database().await;
    let server = Server::builder(Postgres).await.with("DATABASE_URL", database.url()).start().await;
    let book = server.given_book().await;
    let load = Load::start(clients_of(&server, CLIENTS), Duration::from_millis(20), reads_and_writes(&book));
    load.wait_for(CLIENTS * 4).await;
    let memory = server.resident_memory();

    let began = Instant::now();
    postgres.freeze().await;
    let frozen = Instant::now();
    // What is resident now and then, while the requests wait.
    let mut largest = 0;
    while frozen.elapsed() < FROZEN_FOR {
        largest = largest.max(server.resident_memory());
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let ended = Instant::now();
    postgres.thaw().await;
    let thawed = Instant::now();
    load.run_for(RECOVERY + Duration::from_secs(1)).await;
    let samples = load.stop().await;

    let before = samples.until(began);
    before.assert_all(CLIENTS, "before", |outcome| outcome.is_success() || outcome.asks_for_patience());
    let meanwhile = samples.between(frozen, ended);
    meanwhile.assert_all(CLIENTS / 2, "frozen", |outcome| outcome.is_success() || outcome.asks_for_patience());
    assert!(meanwhile.iter().any(|sample| sample.outcome.asks_for_patience()), "{:?}", meanwhile.tally());
    // Those that were under way when it froze were told in time, too.
    let slowest = samples.until(ended).slowest();
    assert!(slowest < ANSWERED_WITHIN, "{slowest:?}");
    assert!(largest < memory + ROOM, "{memory} bytes became {largest}");
    samples.since(thawed + RECOVERY).assert_all(CLIENTS, "thawed", Outcome::is_success);
    eventually("connections that are given back", async || {
        let scrape = server.scrape().await;
        let in_use = |pool| scrape.value("library_pool_connections_in_use", &[("pool", pool)]);
        ["postgres", "postgres_readers", "postgres_pipelines"].iter().all(|pool| in_use(pool) < 2.0).then_some(())
    })
    .await;
}
