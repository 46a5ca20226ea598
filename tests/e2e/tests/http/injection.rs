//! What looks like a statement is a text like any other.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Server,
};
use library_testkit::unique_isbn;
use rstest::rstest;
use serde_json::json;

/// What would end a text of SQL, a pattern, or a query of the search index.
const HOSTILE: [&str; 9] = [
    "' OR '1'='1",
    "'; DROP TABLE books; --",
    "\" OR 1=1 --",
    "%' OR title LIKE '%",
    "$1); DELETE FROM books; --",
    "title:x* OR emma",
    "NEAR(emma austen, 5) NOT x",
    "emma' | 'austen:*",
    "\\'; SELECT pg_sleep(60); --",
];

#[rstest]
#[tokio::test]
async fn what_looks_like_sql_is_looked_for_and_not_executed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    for text in HOSTILE {
        for parameter in ["title", "author[in]", "title[like]", "title[ilike]", "isbn", "q"] {
            let found = server.send(server.request("GET", "/books").query(&[(parameter, text)])).await;
            assert_eq!((found.status, found.text.as_str()), (200, "[]"), "{parameter}={text}");
        }
        for parameter in ["sort", "cursor", "limit", "created_at[gt]", text] {
            let refused = server.send(server.request("GET", "/books").query(&[(parameter, text)])).await;
            assert_eq!(refused.status, 422, "{parameter}={text}: {refused:#?}");
        }
        let refused = server.post("/auth/login", json!({"email": text, "password": text})).await;
        assert!([401, 422].contains(&refused.status), "{text}: {refused:#?}");
        let kept = json!({"title": text, "author": text, "isbn": unique_isbn().as_str(), "description": text});
        let kept = server.post("/books", kept).await.json_of(201);
        assert_eq!((&kept["title"], &kept["description"]), (&json!(text), &json!(text)));
        server.delete(&crate::path_of("books", &kept)).await.assert_is_empty(204);
    }
    let email = "o'neil--@example.com";
    server
        .post("/members", json!({"name": "'; DROP TABLE members; --", "email": email, "password": PASSWORD}))
        .await
        .assert_status(201);
    assert_eq!(server.post("/auth/login", json!({"email": email, "password": PASSWORD})).await.status, 200);
    server.get("/books").await.assert_is(200, &json!([book]));
}
