use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, SOME_TIME, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{NOBODY, path_of};

#[rstest]
#[tokio::test]
async fn a_book_is_changed_but_for_its_isbn(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    // Into the cache, from which the old one must not come back.
    server.get(&path).await.assert_is(200, &book);
    let details = json!({"title": " Emma ", "author": "Jane Austen", "description": "", "isbn": "9780141439587"});
    let expected = json!({
        "id": book["id"],
        "title": "Emma",
        "author": "Jane Austen",
        "isbn": book["isbn"],
        "description": "",
        "created_at": book["created_at"],
        "updated_at": SOME_TIME,
    });
    let answer = server.put(&path, details.clone()).await;
    answer.assert_is(200, &expected);
    let changed = answer.json();
    assert_ne!(changed["updated_at"], book["updated_at"]);
    server.get(&path).await.assert_is(200, &changed);
    server.get("/books").await.assert_is(200, &json!([changed]));
    // The same once more changes nothing but the time.
    server.put(&path, details).await.assert_is(200, &expected);
}

#[rstest]
#[tokio::test]
async fn a_book_that_is_not_there_cannot_be_changed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let details = json!({"title": "Emma", "author": "Jane Austen", "description": ""});
    server.put(&format!("/books/{NOBODY}"), details).await.assert_problem(&Problem::nothing_of_this_id("book"));
    server.get("/books").await.assert_is(200, &json!([]));
}

#[rstest]
#[tokio::test]
async fn a_change_that_cannot_be_accepted_is_refused_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    let required = [("title", "is required"), ("author", "is required"), ("description", "is required")];
    server.put(&path, json!({})).await.assert_problem(&Problem::of_fields(&required));
    let good = json!({"title": "Emma", "author": "Jane Austen", "description": ""});
    let cases = [
        ("title", json!(" "), "must not be empty"),
        ("title", json!("x".repeat(1_001)), "must have at most 1000 characters"),
        ("title", json!("\u{0}Emma"), "must not contain the character U+0000"),
        ("author", json!(""), "must not be empty"),
        ("author", json!("x".repeat(1_001)), "must have at most 1000 characters"),
        ("author", json!("Jane\u{0}Austen"), "must not contain the character U+0000"),
        ("author", json!(1.5), "must be a text"),
        ("description", Value::Null, "is required"),
        ("description", json!("x".repeat(10_001)), "must have at most 10000 characters"),
        ("description", json!("\u{0}."), "must not contain the character U+0000"),
        ("description", json!(["a"]), "must be a text"),
    ];
    for (field, value, rule) in cases {
        let mut details = good.clone();
        details[field] = value;
        server.put(&path, details).await.assert_problem(&Problem::of_fields(&[(field, rule)]));
    }
    server.get(&path).await.assert_is(200, &book);
}

#[rstest]
#[tokio::test]
async fn a_book_on_loan_can_be_changed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    server.given_loan(&borrower, &book).await;
    let details = json!({"title": "Emma", "author": "Jane Austen", "description": ""});
    assert_eq!(server.put(&path_of("books", &book), details).await.json_of(200)["title"], "Emma");
}
