use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::NOBODY;

#[rstest]
#[tokio::test]
async fn a_verified_member_borrows_a_book_for_two_weeks(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let body = json!({"book_id": book["id"], "member_id": borrower.member.id});
    let loan = borrower.client.post("/loans", body).await.json_of(201);
    let expected = json!({
        "id": loan["id"],
        "book_id": book["id"],
        "member_id": borrower.member.id,
        "loaned_at": loan["loaned_at"],
        "due_at": loan["due_at"],
        "returned_at": Value::Null,
    });
    assert_eq!(loan, expected);
    assert_eq!(time(&loan["due_at"]) - time(&loan["loaned_at"]), Duration::days(14));
}

#[rstest]
#[tokio::test]
async fn the_period_of_a_loan_is_a_setting(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::builder(backend).await.with("LOAN_PERIOD_DAYS", "3").start().await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let loan = server.given_loan(&borrower, &book).await;
    assert_eq!(time(&loan["due_at"]) - time(&loan["loaned_at"]), Duration::days(3));
}

#[rstest]
#[tokio::test]
async fn a_verified_member_may_borrow_in_anothers_name_and_many_books(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (borrower, other) = (server.given_borrower().await, server.given_member().await);
    for _ in 0..3 {
        let body = json!({"book_id": server.given_book().await["id"], "member_id": other.id});
        assert_eq!(borrower.client.post("/loans", body).await.json_of(201)["member_id"], other.id);
    }
}

#[rstest]
#[tokio::test]
async fn a_book_on_loan_cannot_be_lent_twice(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    server.given_loan(&borrower, &book).await;
    let on_loan = Problem::named(409, "book-on-loan", "Book on loan", "The book is already on loan.");
    let other = server.given_member().await;
    for member_id in [&borrower.member.id, &other.id] {
        let body = json!({"book_id": book["id"], "member_id": member_id});
        borrower.client.post("/loans", body).await.assert_problem(&on_loan);
    }
}

#[rstest]
#[tokio::test]
async fn there_must_be_such_a_book_and_such_a_member(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, gone, borrower) = (server.given_book().await, server.given_book().await, server.given_borrower().await);
    // Into the cache, from which nothing is lent.
    server.get(&crate::path_of("books", &gone)).await.assert_is(200, &gone);
    server.delete(&crate::path_of("books", &gone)).await.assert_is_empty(204);
    let member = json!(borrower.member.id);
    for (book_id, member_id, missing) in [
        (&json!(NOBODY), &member, "book"),
        (&gone["id"], &member, "book"),
        (&member, &book["id"], "book"),
        (&book["id"], &json!(NOBODY), "member"),
    ] {
        let body = json!({"book_id": book_id, "member_id": member_id});
        borrower.client.post("/loans", body).await.assert_problem(&Problem::nothing_of_this_id(missing));
    }
    // None of these lent the book to anybody.
    server.given_loan(&borrower, &book).await;
}

#[rstest]
#[tokio::test]
async fn ids_that_are_none_are_refused_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let id_rule = "must be a UUID";
    let cases = [
        (json!({}), vec![("book_id", "is required"), ("member_id", "is required")]),
        (json!({"book_id": 1, "member_id": {}}), vec![("book_id", "must be a text"), ("member_id", "must be a text")]),
        (json!({"book_id": "x", "member_id": ""}), vec![("book_id", id_rule), ("member_id", id_rule)]),
        (json!({"book_id": NOBODY, "member_id": "\u{0}"}), vec![("member_id", "must not contain the character U+0000")]),
        (json!({"book_id": format!("{NOBODY}0"), "member_id": NOBODY}), vec![("book_id", id_rule)]),
        (json!({"book_id": NOBODY, "member_id": Value::Null}), vec![("member_id", "is required")]),
    ];
    for (body, errors) in cases {
        borrower.client.post("/loans", body).await.assert_problem(&Problem::of_fields(&errors));
    }
}

fn time(text: &Value) -> OffsetDateTime {
    let text = text.as_str().expect("a text");
    assert!(text.ends_with('Z'), "{text} is not in UTC");
    OffsetDateTime::parse(text, &Rfc3339).expect("a time by RFC 3339")
}
