use library_e2e::Backend::{self, Postgres, Sqlite};
use library_faults::{among_others, scenarios::every_acknowledged_write_is_there_after_kills};
use rstest::rstest;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_writes_keeps_what_it_acknowledged(#[values(Sqlite, Postgres)] backend: Backend) {
    let _others = among_others().await;
    every_acknowledged_write_is_there_after_kills(backend, 3).await;
}
