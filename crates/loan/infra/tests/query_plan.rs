//! Looking for a book's open loan must not become slower with every loan that was returned.

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::RunQueryDsl;
use library_shared_infra::{database::Session, with_connection};
use library_test_worlds::sqlite_database;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_loan_of_a_book_is_found_by_an_index() {
    let own = sqlite_database().await;
    let session = Session::from(own.database.clone());
    let steps: Vec<Step> = with_connection!(session.read().await.expect("a connection"), |connection| {
        sql_query("EXPLAIN QUERY PLAN SELECT id FROM loans WHERE open_book_id = x'00'").load(connection).await
    })
    .expect("a plan");
    assert!(
        steps.iter().any(|step| step.detail.contains("USING INDEX")),
        "{:?}",
        steps.iter().map(|step| &step.detail).collect::<Vec<_>>()
    );
}
