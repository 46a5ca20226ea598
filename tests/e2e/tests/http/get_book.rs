use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;

use crate::{NOBODY, path_of};

#[rstest]
#[tokio::test]
async fn a_book_is_shown_again_and_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    // The second answer may come from the cache.
    for _ in 0..3 {
        server.get(&path_of("books", &book)).await.assert_is(200, &book);
    }
}

#[rstest]
#[tokio::test]
async fn there_is_no_book_of_an_unknown_id(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    server.get(&format!("/books/{NOBODY}")).await.assert_problem(&Problem::nothing_of_this_id("book"));
    // A member's id is no book's.
    let member = server.given_member().await;
    server.get(&format!("/books/{}", member.id)).await.assert_problem(&Problem::nothing_of_this_id("book"));
    server.get(&path_of("members", &book)).await.assert_problem(&Problem::nothing_of_this_id("member"));
}

#[rstest]
#[tokio::test]
async fn an_id_that_is_no_uuid_is_refused_on_every_path(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let problem = Problem::of_fields(&[("id", "must be a UUID")]);
    for id in ["1", "x", "%00", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a8057%00", "é"] {
        server.get(&format!("/books/{id}")).await.assert_problem(&problem);
        server.delete(&format!("/books/{id}")).await.assert_problem(&problem);
        let details = serde_json::json!({"title": "Emma", "author": "Jane Austen", "description": ""});
        server.put(&format!("/books/{id}"), details.clone()).await.assert_problem(&problem);
        server.patch(&format!("/books/{id}"), details).await.assert_problem(&problem);
        server.get(&format!("/members/{id}")).await.assert_problem(&problem);
        server.delete(&format!("/members/{id}")).await.assert_problem(&problem);
        borrower.client.post_nothing(&format!("/loans/{id}/return")).await.assert_problem(&problem);
    }
}
