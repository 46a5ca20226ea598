//! `POST /loans/{id}/return`

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::NOBODY;

#[rstest]
#[tokio::test]
async fn a_loan_is_returned_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let loan = server.given_loan(&borrower, &book).await;
    let path = format!("{}/return", crate::path_of("loans", &loan));
    let returned = borrower.client.post_nothing(&path).await.json_of(200);
    let mut expected = loan.clone();
    expected["returned_at"] = returned["returned_at"].clone();
    assert_eq!(returned, expected);
    assert!(time(&returned["returned_at"]) >= time(&loan["loaned_at"]));
    let already = Problem::named(422, "already-returned", "Already returned", "The loan has already been returned.");
    borrower.client.post_nothing(&path).await.assert_problem(&already);
}

#[rstest]
#[tokio::test]
async fn a_returned_book_can_be_lent_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let mut loans = Vec::new();
    for _ in 0..3 {
        let loan = server.given_loan(&borrower, &book).await;
        let path = format!("{}/return", crate::path_of("loans", &loan));
        assert_eq!(borrower.client.post_nothing(&path).await.json_of(200)["id"], loan["id"]);
        loans.push(loan["id"].as_str().expect("an id").to_owned());
    }
    loans.sort_unstable();
    loans.dedup();
    assert_eq!(loans.len(), 3);
}

#[rstest]
#[tokio::test]
async fn any_verified_member_may_return_a_loan(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower, other) = (server.given_book().await, server.given_borrower().await, server.given_borrower().await);
    let loan = server.given_loan(&borrower, &book).await;
    let path = format!("{}/return", crate::path_of("loans", &loan));
    assert_eq!(other.client.post_nothing(&path).await.json_of(200)["member_id"], borrower.member.id);
}

#[rstest]
#[tokio::test]
async fn a_loan_that_is_not_there_cannot_be_returned(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    for id in [NOBODY, book["id"].as_str().expect("an id")] {
        let answer = borrower.client.post_nothing(&format!("/loans/{id}/return")).await;
        answer.assert_problem(&Problem::nothing_of_this_id("loan"));
    }
}

fn time(text: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(text.as_str().expect("a text"), &Rfc3339).expect("a time by RFC 3339")
}
