//! What is the same on every path: methods, content types, sizes, and bodies that are none.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Client, Problem, Server, read_to_end,
};
use rstest::rstest;
use serde_json::json;

use crate::NOBODY;

const LIMIT: usize = 64 * 1024;

#[rstest]
#[tokio::test]
async fn there_is_nothing_at_a_path_that_is_not_in_the_contract(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let nothing = Problem::plain(404, "There is nothing at this path.");
    for path in ["/", "/book", "/books/", "/loans/x/y", "/auth", "/Books", "/members/x/y", "/%00", "/health/x"] {
        for method in ["GET", "POST", "DELETE"] {
            server.send(server.request(method, path)).await.assert_problem(&nothing);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_answered_with_those_that_it_takes(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let not_allowed = Problem::plain(405, "This path does not take this method; the header Allow says which it takes.");
    let paths = [
        ("/books", vec!["GET", "HEAD", "POST"]),
        ("/books/batch", vec!["POST"]),
        ("/books/x", vec!["DELETE", "GET", "HEAD", "PATCH", "PUT"]),
        ("/members", vec!["GET", "HEAD", "POST"]),
        ("/members/verify", vec!["GET", "HEAD", "POST"]),
        ("/members/x", vec!["DELETE", "GET", "HEAD"]),
        ("/auth/login", vec!["POST"]),
        ("/auth/refresh", vec!["POST"]),
        ("/auth/logout", vec!["POST"]),
        ("/auth/token", vec!["POST"]),
        ("/auth/revoke", vec!["POST"]),
        ("/auth/sessions", vec!["DELETE", "GET", "HEAD"]),
        ("/auth/sessions/x", vec!["DELETE"]),
        ("/auth/password/forgot", vec!["POST"]),
        ("/auth/password/reset", vec!["GET", "HEAD", "POST"]),
        ("/.well-known/jwks.json", vec!["GET", "HEAD"]),
        ("/members/me", vec!["GET", "HEAD", "PATCH"]),
        ("/members/verify/resend", vec!["POST"]),
        ("/members/me/loans", vec!["GET", "HEAD"]),
        ("/loans", vec!["GET", "HEAD", "POST"]),
        ("/loans/x", vec!["GET", "HEAD"]),
        ("/loans/x/return", vec!["POST"]),
        ("/health", vec!["GET", "HEAD"]),
        ("/health/live", vec!["GET", "HEAD"]),
        ("/health/ready", vec!["GET", "HEAD"]),
        ("/metrics", vec!["GET", "HEAD"]),
        ("/openapi.json", vec!["GET", "HEAD"]),
        ("/docs", vec!["GET", "HEAD"]),
        ("/docs/x", vec!["GET", "HEAD"]),
    ];
    for (path, allowed) in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if allowed.contains(&method) {
                continue;
            }
            let answer = server.send(server.request(method, path)).await;
            answer.assert_problem(&not_allowed);
            let mut said: Vec<_> = answer.header("Allow").expect("Allow").split(", ").collect();
            said.sort_unstable();
            assert_eq!(said, allowed, "{method} {path}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_get_without_its_body_is_a_head(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    for path in ["/books".to_owned(), crate::path_of("books", &book), "/members".to_owned()] {
        let (get, head) = (server.get(&path).await, server.send(server.request("HEAD", &path)).await);
        head.assert_is_empty(200);
        assert_eq!(head.header("Content-Type"), get.header("Content-Type"));
        assert_eq!(head.header("Content-Length"), Some(get.text.len().to_string().as_str()), "{path}");
    }
    let missing = server.send(server.request("HEAD", &format!("/books/{NOBODY}"))).await;
    missing.assert_is_empty(404);
}

#[rstest]
#[tokio::test]
async fn a_body_that_is_no_json_is_told_from_one_that_is_no_object(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let not_an_object = Problem::named(422, "not-an-object", "Not an object", "The body must be a JSON object.");
    for (client, method, path) in takers(&server, &borrower.client) {
        let send = async |body: &'static [u8]| {
            let request = client.request(method, path).header("Content-Type", "application/json");
            client.send(request.body(body)).await
        };
        let broken: [&[u8]; 9] = [b"", b"{", b"{\"a\":}", b"{}{}", b"'a'", b"{\"a\":\"\xff\"}", b"\xef\xbb\xbf{}", b"nul", b"\0"];
        for body in broken {
            let answer = send(body).await;
            let detail = answer.json()["detail"].as_str().expect("a text").to_owned();
            assert!(detail.starts_with("The body is not JSON: "), "{detail}");
            answer.assert_problem(&Problem::plain(400, &detail));
        }
        for body in [&b"[]"[..], b"[{}]", b"\"text\"", b"1", b"true", b"null", b" [ ] "] {
            send(body).await.assert_problem(&not_an_object);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_body_nested_deeper_than_any_parser_can_follow_is_no_json(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let deep = format!("{{\"title\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(server.post_text("/books", deep).await.status, 400);
    server.get("/health").await.assert_is(200, &json!("OK"));
}

#[rstest]
#[tokio::test]
async fn only_json_is_taken_where_json_is_asked_for(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let form = "application/x-www-form-urlencoded";
    for (client, method, path) in takers(&server, &borrower.client) {
        let mut types = vec![Some("text/plain"), Some("text/json"), Some("multipart/form-data; boundary=x"), Some("x"), None];
        let takes_forms = path == "/members/verify";
        if !takes_forms {
            types.push(Some(form));
        }
        for content_type in types {
            let mut request = client.request(method, path).body("{}");
            if let Some(content_type) = content_type {
                request = request.header("Content-Type", content_type);
            }
            let answer = client.send(request).await;
            let detail = answer.json()["detail"].as_str().expect("a text").to_owned();
            assert!(detail.contains("application/json") && detail.contains(form) == takes_forms, "{path}: {detail}");
            answer.assert_problem(&Problem::plain(415, &detail));
        }
    }
    // Parameters and letter case of the type do not count.
    for content_type in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"] {
        let request = server.request("POST", "/books").header("Content-Type", content_type);
        assert_eq!(server.send(request.body("{}")).await.status, 422, "{content_type}");
    }
}

#[rstest]
#[tokio::test]
async fn a_body_has_at_most_64_kib(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let too_large = Problem::plain(413, "The body may have at most 65536 bytes.");
    for (client, method, path) in takers(&server, &borrower.client) {
        let send = async |length: usize| {
            let body = format!("{{}}{}", " ".repeat(length - 2));
            client.send(client.request(method, path).header("Content-Type", "application/json").body(body)).await
        };
        send(LIMIT + 1).await.assert_problem(&too_large);
        assert_eq!(send(LIMIT).await.status, 422, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_has_the_same_limit(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let head = "POST /books HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    for (length, status) in [(LIMIT, "422"), (LIMIT + 1, "413")] {
        let body = format!("{{}}{}", " ".repeat(length - 2));
        let request = format!("{head}{length:x}\r\n{body}\r\n0\r\n\r\n");
        let answer = read_to_end(&mut server.connect_and_send(request.as_bytes()).await).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

/// Every endpoint that takes a body, and a client that may use it.
fn takers<'a>(anyone: &'a Client, verified: &'a Client) -> [(&'a Client, &'static str, &'static str); 8] {
    [
        (anyone, "POST", "/books"),
        (anyone, "PUT", "/books/01890a5d-ac96-774b-bcce-b302099a8057"),
        (anyone, "POST", "/members"),
        (anyone, "POST", "/members/verify"),
        (anyone, "POST", "/auth/login"),
        (anyone, "POST", "/auth/refresh"),
        (anyone, "POST", "/auth/logout"),
        (verified, "POST", "/loans"),
    ]
}
