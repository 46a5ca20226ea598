use library_e2e::Backend::{self, Postgres, Sqlite};
use library_faults::{among_others, scenarios::what_clients_are_told_agrees};
use rstest::rstest;
use std::time::Duration;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_all_that_many_clients_are_told_nothing_disagrees(#[values(Sqlite, Postgres)] backend: Backend) {
    let _others = among_others().await;
    what_clients_are_told_agrees(backend, Duration::from_secs(2), 1).await;
}
