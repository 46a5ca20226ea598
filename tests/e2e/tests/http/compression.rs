//! What is made shorter on its way, and what is not.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Server,
};
use library_testkit::unique_isbn;
use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};
use std::io::Read;

use crate::path_of;

/// What a browser sends.
const BROWSER: &str = "gzip, deflate, br, zstd";

#[rstest]
#[case::gzip("gzip", "gzip")]
#[case::brotli("br", "br")]
#[case::zstd("zstd", "zstd")]
#[case::the_best_of(BROWSER, "br")]
#[tokio::test]
async fn a_list_is_a_fraction_of_itself_and_the_same(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] accepted: &str,
    #[case] encoding: &str,
) {
    let server = Server::start(backend).await;
    given_200_books(&server).await;
    for path in ["/books?limit=200", "/openapi.json"] {
        let plain = server.get(path).await;
        assert_eq!((plain.header("Content-Encoding"), plain.header("Vary")), (None, Some("accept-encoding")));
        let compressed = asked(&server, "GET", path, accepted).await;
        assert_eq!(header(&compressed, "content-encoding"), Some(encoding), "{path}");
        assert_eq!(header(&compressed, "vary"), Some("accept-encoding"), "{path}");
        let bytes = compressed.bytes().await.expect("a body");
        assert!(bytes.len() < plain.text.len() / 4, "{path}: {} bytes of {}", bytes.len(), plain.text.len());
        assert_eq!(decoded(encoding, &bytes), plain.text);
    }
}

#[rstest]
#[tokio::test]
async fn a_head_has_the_headers_of_the_compressed_list(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    given_200_books(&server).await;
    let headers = |response: &Response| {
        let shown = ["cache-control", "content-encoding", "content-length", "content-type", "link", "vary"];
        shown.map(|name| header(response, name).map(str::to_owned))
    };
    let path = "/books?limit=100&sort=title";
    let (get, head) = (asked(&server, "GET", path, BROWSER).await, asked(&server, "HEAD", path, BROWSER).await);
    assert_eq!(headers(&head), headers(&get));
    assert!(header(&head, "content-encoding").is_some() && header(&head, "link").is_some());
    assert_eq!(head.bytes().await.expect("no body").len(), 0);
}

#[rstest]
#[tokio::test]
async fn what_has_a_tag_is_short_or_may_hold_a_token_stays_as_it_is(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let description = "x".repeat(2_000);
    let book = json!({"title": "Long", "author": "x", "isbn": unique_isbn().as_str(), "description": description});
    let book = server.post("/books", book).await.json_of(201);
    let member = server.given_member().await;
    let credentials = json!({"email": member.email, "password": PASSWORD});
    let long_token = format!("/members/verify?token={}", "x".repeat(2_000));
    let requests = [
        ("GET", path_of("books", &book), None),
        ("GET", "/health".to_owned(), None),
        ("GET", "/books?limit=0".to_owned(), None),
        ("GET", long_token, None),
        ("POST", "/auth/login".to_owned(), Some(credentials)),
    ];
    for (method, path, body) in requests {
        let request = server.request(method, &path).header("Accept-Encoding", BROWSER);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let answer = server.send(request).await;
        assert_eq!((answer.header("Content-Encoding"), answer.header("Vary")), (None, None), "{path}: {answer:#?}");
    }
}

async fn asked(server: &Server, method: &str, path: &str, accepted: &str) -> Response {
    let response = server.request(method, path).header("Accept-Encoding", accepted).send().await.expect("the server answers");
    assert_eq!(response.status(), 200);
    response
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn decoded(encoding: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    let read = match encoding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_string(&mut text),
        "br" => brotli::Decompressor::new(bytes, 4_096).read_to_string(&mut text),
        "zstd" => zstd::Decoder::new(bytes).and_then(|mut decoder| decoder.read_to_string(&mut text)),
        other => panic!("{other} is no encoding of ours"),
    };
    read.expect("it is encoded as it says");
    text
}

async fn given_200_books(server: &Server) {
    let book = |number: usize| {
        let title = format!("Middlemarch, volume {number}");
        json!({"title": title, "author": "George Eliot", "isbn": unique_isbn().as_str(), "description": "A study of provincial life."})
    };
    let books: Vec<Value> = (0..200).map(book).collect();
    assert_eq!(server.post("/books/batch", json!({"books": books})).await.status, 200);
}
