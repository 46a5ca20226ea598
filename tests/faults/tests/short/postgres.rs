use library_e2e::{Backend::Postgres, Server};
use library_faults::{Load, Outcome, RECOVERY, among_others, clients_of, reads_and_writes};
use library_testkit::servers::PostgresServer;
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_restarted_clients_are_asked_for_patience_and_nothing_else_fails() {
    let _others = among_others().await;
    let postgres = PostgresServer::start().await;
    let database = postgres.database().await;
    let server = Server::builder(Postgres).await.with("DATABASE_URL", database.url()).start().await;
    let book = server.given_book().await;
    let load = Load::start(clients_of(&server, CLIENTS), Duration::from_millis(10), reads_and_writes(&book));
    load.wait_for(CLIENTS * 10).await;

    postgres.kill().await;
    load.run_for(Duration::from_secs(1)).await;
    postgres.restart().await;
    let restarted = Instant::now();
    load.run_for(RECOVERY * 2).await;
    let samples = load.stop().await;

    samples.assert_all(CLIENTS, "in all", |outcome| outcome.is_success() || outcome.asks_for_patience());
    assert!(samples.iter().any(|sample| sample.outcome.asks_for_patience()), "{:?}", samples.tally());
    samples.since(restarted + RECOVERY).assert_all(CLIENTS, "restarted", Outcome::is_success);
}
