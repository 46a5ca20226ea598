//! Who may call from a browser (CORS, as the Fetch standard has it).

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Problem, Server,
};
use rstest::rstest;
use serde_json::json;

const APP: &str = "https://app.example.com";
const STRANGER: &str = "https://evil.example.com";

async fn start(backend: Backend) -> Server {
    let origins = format!("{APP}, http://localhost:3000");
    Server::builder(backend).await.with("CORS_ALLOWED_ORIGINS", origins).start().await
}

#[rstest]
#[tokio::test]
async fn a_browser_may_ask_first_without_a_token(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = start(backend).await;
    let questions = [
        ("POST", "/loans", "authorization,content-type,idempotency-key"),
        ("PUT", "/books/01890a5d-ac96-774b-bcce-b302099a8057", "content-type,if-match"),
        ("PATCH", "/books/01890a5d-ac96-774b-bcce-b302099a8057", "content-type,if-match"),
        ("DELETE", "/members/01890a5d-ac96-774b-bcce-b302099a8057", "x-request-id"),
        ("GET", "/members/me", "authorization,if-none-match"),
        ("GET", "/books", "traceparent,tracestate"),
    ];
    for (method, path, headers) in questions {
        let answer = preflight(&server, APP, method, path, headers).await;
        answer.assert_is_empty(200);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some(APP), "{answer:#?}");
        assert_eq!(listed(&answer, "Access-Control-Allow-Methods"), ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]);
        let allowed = listed(&answer, "Access-Control-Allow-Headers");
        assert!(headers.split(',').all(|header| allowed.iter().any(|known| known == header)), "{allowed:?}");
        assert_eq!(answer.header("Access-Control-Max-Age"), Some("3600"));
        assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    }
}

#[rstest]
#[tokio::test]
async fn a_page_reads_answers_and_errors_and_the_headers_that_it_needs(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = start(backend).await;
    server.given_book().await;
    let readable = [
        "accept-patch",
        "allow",
        "etag",
        "idempotency-replayed",
        "link",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "traceparent",
        "www-authenticate",
        "x-request-id",
    ];
    for origin in [APP, "http://localhost:3000"] {
        for (status, method, path) in
            [(200, "GET", "/books"), (401, "GET", "/loans"), (404, "GET", "/nowhere"), (405, "PUT", "/books")]
        {
            let answer = server.send(server.request(method, path).header("Origin", origin)).await;
            assert_eq!((answer.status, answer.header("Access-Control-Allow-Origin")), (status, Some(origin)), "{answer:#?}");
            assert!(answer.header("Vary").is_some_and(|vary| vary.contains("Origin")), "{answer:#?}");
            assert_eq!(listed(&answer, "Access-Control-Expose-Headers"), readable);
            assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_page_of_another_origin_is_answered_and_its_browser_keeps_the_answer_from_it(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = start(backend).await;
    for origin in
        [STRANGER, "null", "https://app.example.com.evil.example.com", "http://app.example.com", "https://app.example.com:444"]
    {
        let answer = server.send(server.request("GET", "/books").header("Origin", origin)).await;
        assert_eq!((answer.json_of(200), answer.header("Access-Control-Allow-Origin")), (json!([]), None), "{origin}");
        let refused = preflight(&server, origin, "POST", "/loans", "authorization").await;
        assert_eq!(refused.header("Access-Control-Allow-Origin"), None, "{origin}");
        refused.assert_problem(&Problem::plain(400, "Bad Request"));
    }
    for (method, headers) in [("BREW", "authorization"), ("POST", "x-secret")] {
        assert_eq!(preflight(&server, APP, method, "/loans", headers).await.status, 400, "{method} {headers}");
    }
}

#[rstest]
#[tokio::test]
async fn where_nobody_is_named_no_page_of_another_origin_reads_anything(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let answers = [
        server.send(server.request("GET", "/books").header("Origin", APP)).await,
        preflight(&server, APP, "POST", "/loans", "authorization").await,
    ];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 405]);
    for answer in answers {
        let cors = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).count();
        assert_eq!(cors, 0, "{answer:#?}");
    }
}

async fn preflight(client: &Client, origin: &str, method: &str, path: &str, headers: &str) -> Answer {
    let question = client.request("OPTIONS", path).header("Origin", origin);
    let question = question.header("Access-Control-Request-Method", method).header("Access-Control-Request-Headers", headers);
    client.send(question).await
}

/// What a header lists, in order.
fn listed(answer: &Answer, name: &str) -> Vec<String> {
    let value = answer.header(name).unwrap_or_else(|| panic!("there is no {name}: {answer:#?}"));
    let mut names: Vec<_> = value.split(',').map(|name| name.trim().to_owned()).collect();
    names.sort_unstable_by_key(|name| name.to_lowercase());
    names
}
