//! Who may keep a copy of what (RFC 9111).

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Server,
};
use rstest::rstest;
use serde_json::json;

use crate::path_of;

#[rstest]
#[tokio::test]
async fn nobody_keeps_a_token(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let login = server.post("/auth/login", json!({"email": member.email, "password": PASSWORD})).await;
    let refresh = server.post("/auth/refresh", json!({"refresh_token": login.json()["refresh_token"]})).await;
    let refused = server.post("/auth/login", json!({"email": member.email, "password": "x"})).await;
    let page = server.get("/members/verify?token=x").await;
    let form = server.get("/auth/password/reset?token=x").await;
    let answers = [(200, login), (200, refresh), (401, refused), (200, page), (200, form)];
    for (status, answer) in answers {
        assert_eq!((answer.status, answer.header("Cache-Control")), (status, Some("no-store")), "{answer:#?}");
    }
}

#[rstest]
#[tokio::test]
async fn what_a_caller_gets_with_their_token_is_in_no_shared_cache_and_still_has_its_tag(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let loan = path_of("loans", &server.given_loan(&borrower, &book).await);
    for path in ["/members/me", &loan] {
        let whole = borrower.client.get(path).await;
        assert_eq!((whole.status, whole.header("Cache-Control")), (200, Some("private, no-cache")), "{path}");
        // A 304 says what the 200 would have said (RFC 9110, section 15.4.5), so the copy stays as private as it was.
        let known = borrower.client.send(borrower.client.request("GET", path).header("If-None-Match", whole.etag())).await;
        assert_eq!((known.status, known.header("Cache-Control")), (304, Some("private, no-cache")), "{path}");
        assert_eq!(known.etag(), whole.etag());
    }
    for path in ["/loans", "/members/me/loans", "/loans/x", "/nowhere"] {
        assert_eq!(borrower.client.get(path).await.header("Cache-Control"), Some("no-store"), "{path}");
    }
    let written = borrower.client.post_nothing(&format!("{loan}/return")).await;
    assert_eq!((written.status, written.header("Cache-Control")), (200, Some("no-store")));
}

#[rstest]
#[tokio::test]
async fn what_anyone_may_read_is_asked_for_anew_before_it_is_used_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = path_of("books", &server.given_book().await);
    for path in ["/books", &book, "/members", "/openapi.json", "/docs/", "/health", "/nowhere"] {
        for method in ["GET", "HEAD"] {
            let answer = server.send(server.request(method, path)).await;
            assert_eq!(answer.header("Cache-Control"), Some("no-cache"), "{method} {path}");
        }
    }
    let known = server.send(server.request("GET", &book).header("If-None-Match", "\"1\"")).await;
    assert_eq!((known.status, known.header("Cache-Control")), (304, Some("no-cache")));
}
