use library_e2e::Backend::{self, Postgres, Sqlite};
use library_faults::{among_others, scenarios::clients_that_leave_take_everything_with_them};
use rstest::rstest;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_clients_that_leave_in_the_middle_of_a_request_nothing_is_left(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let _others = among_others().await;
    clients_that_leave_take_everything_with_them(backend, 10_000).await;
}
