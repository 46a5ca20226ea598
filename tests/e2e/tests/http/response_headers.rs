//! What every response tells browsers.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Server,
};
use rstest::rstest;

use crate::path_of;

/// What a response is that is no page.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";

#[rstest]
#[tokio::test]
async fn every_response_is_protected_whatever_it_is(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = path_of("books", &server.given_book().await);
    let requests = [
        (200, server.request("GET", "/books")),
        (200, server.request("HEAD", &book)),
        (304, server.request("GET", &book).header("If-None-Match", "\"1\"")),
        (204, server.request("DELETE", &book)),
        (308, server.request("GET", "/docs")),
        (400, server.request("POST", "/books").header("Content-Type", "application/json").body("{")),
        (401, server.request("GET", "/loans")),
        (404, server.request("GET", "/nowhere")),
        (404, server.request("GET", "/docs/nothing")),
        (405, server.request("POST", "/health")),
        (413, server.request("POST", "/books").header("Content-Type", "application/json").body(" ".repeat(70_000))),
        (415, server.request("POST", "/books").body("{}")),
        (422, server.request("GET", "/books?limit=0")),
        (200, server.request("GET", "/openapi.json")),
        (200, server.request("GET", "/health")),
    ];
    for (status, request) in requests {
        let answer = server.send(request).await;
        assert_eq!(answer.status, status, "{answer:#?}");
        assert_protected(&answer, NO_PAGE);
    }
}

#[rstest]
#[tokio::test]
async fn a_page_may_load_what_it_needs_and_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let docs = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    assert_protected(&server.get("/docs/").await, docs);
    let page = server.get("/members/verify?token=x").await;
    let policy = page.header("Content-Security-Policy").expect("a policy").to_owned();
    assert_protected(&page, &policy);
    let (before, after) = policy.split_once("style-src 'sha256-").expect("the page's style by its hash");
    assert_eq!(before, "default-src 'none'; ");
    assert!(after.ends_with("'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"), "{policy}");
}

#[rstest]
#[tokio::test]
async fn who_was_here_over_https_does_not_come_back_without(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::builder(backend).await.with("APP_BASE_URL", "https://library.example.com").start().await;
    for path in ["/books", "/nowhere", "/docs/", "/members/verify?token=x"] {
        assert_eq!(server.get(path).await.header("Strict-Transport-Security"), Some("max-age=31536000"), "{path}");
    }
}

/// It has this policy, the other headers, each once, and nothing that is for HTTPS alone.
#[track_caller]
fn assert_protected(answer: &Answer, policy: &str) {
    let expected = [
        ("Content-Security-Policy", policy),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ];
    for (name, value) in expected {
        let said: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(said, [value], "{name}: {answer:#?}");
    }
    assert!(answer.header("Cache-Control").is_some(), "{answer:#?}");
    assert_eq!(answer.header("Strict-Transport-Security"), None, "{answer:#?}");
}
