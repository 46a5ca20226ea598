use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{NOBODY, path_of};

#[rstest]
#[tokio::test]
async fn a_deleted_book_is_gone_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, other) = (server.given_book().await, server.given_book().await);
    let path = path_of("books", &book);
    server.get(&path).await.assert_is(200, &book);
    server.delete(&path).await.assert_is_empty(204);
    let gone = Problem::nothing_of_this_id("book");
    server.get(&path).await.assert_problem(&gone);
    server.delete(&path).await.assert_problem(&gone);
    server.put(&path, json!({"title": "a", "author": "b", "description": "c"})).await.assert_problem(&gone);
    server.patch(&path, json!({"title": "a"})).await.assert_problem(&gone);
    server.get("/books").await.assert_is(200, &json!([other]));
    // Its ISBN is free again.
    let again = json!({"title": book["title"], "author": book["author"], "isbn": book["isbn"]});
    assert_ne!(server.post("/books", again).await.json_of(201)["id"], book["id"]);
}

#[rstest]
#[tokio::test]
async fn a_book_that_never_was_cannot_be_deleted(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    server.delete(&format!("/books/{NOBODY}")).await.assert_problem(&Problem::nothing_of_this_id("book"));
}

#[rstest]
#[tokio::test]
async fn a_book_on_loan_cannot_be_deleted_but_a_returned_one_can_and_its_loan_stays(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let path = path_of("books", &book);
    let loan = server.given_loan(&borrower, &book).await;
    let on_loan = Problem::named(409, "book-on-loan", "Book on loan", "The book is on loan; it has to be returned first.");
    server.delete(&path).await.assert_problem(&on_loan);
    server.get(&path).await.assert_is(200, &book);
    let return_path = format!("{}/return", path_of("loans", &loan));
    let returned = borrower.client.post_nothing(&return_path).await.json_of(200);
    assert_ne!(returned["returned_at"], Value::Null);
    server.delete(&path).await.assert_is_empty(204);
    // The loan is still known: it has been returned, which is another answer than 404.
    borrower.client.post_nothing(&return_path).await.assert_problem(&Problem::named(
        422,
        "already-returned",
        "Already returned",
        "The loan has already been returned.",
    ));
}
