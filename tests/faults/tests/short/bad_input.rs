use library_e2e::Backend::Sqlite;
use library_faults::{among_others, scenarios::no_request_is_a_fault_of_the_server};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_the_server_is_not_to_blame() {
    let _others = among_others().await;
    no_request_is_a_fault_of_the_server(Sqlite, Duration::from_secs(5), 1).await;
}
