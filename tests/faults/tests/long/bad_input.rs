use library_e2e::Backend::{self, Postgres, Sqlite};
use library_faults::{among_others, scenarios::no_request_is_a_fault_of_the_server, seed};
use rstest::rstest;
use std::time::Duration;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_for_minutes_the_server_is_not_to_blame(#[values(Sqlite, Postgres)] backend: Backend) {
    let _others = among_others().await;
    no_request_is_a_fault_of_the_server(backend, Duration::from_secs(150), seed()).await;
}
