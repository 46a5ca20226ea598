use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Server,
};
use reqwest::header::HeaderValue;
use rstest::rstest;
use serde_json::json;

use crate::databases::postgres;

#[rstest]
#[tokio::test]
async fn a_sane_id_of_the_clients_is_taken_over(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for id in ["a", "01890a5d-ac96-774b-bcce-b302099a8057", "svc_1:req.2-3", &"x".repeat(128)] {
        for path in ["/books", "/nothing"] {
            let answer = server.send(server.request("GET", path).header("X-Request-Id", id)).await;
            assert_eq!(answer.header("X-Request-Id"), Some(id));
            if path == "/nothing" {
                assert_eq!(answer.json()["request_id"], id);
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn an_insane_id_is_replaced_and_never_logged(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let long = "x".repeat(129);
    let insane: [&[u8]; 8] =
        [b"", b"two words", b"<script>", b"a\tb", b"{\"a\":1}", "é".as_bytes(), b"\xff\xfe", long.as_bytes()];
    let mut replaced = Vec::new();
    for id in insane {
        let header = HeaderValue::from_bytes(id).expect("a header can hold it");
        let answer = server.send(server.request("GET", "/books").header("X-Request-Id", header)).await;
        let own = answer.header("X-Request-Id").expect("an id").to_owned();
        assert_eq!(own.len(), 36, "{own}");
        server.log().events_of_request(&own).await;
        replaced.push(own);
    }
    replaced.sort_unstable();
    replaced.dedup();
    assert_eq!(replaced.len(), insane.len(), "each request has an id of its own");
    let log = server.log().lines().join("\n");
    assert!(!log.contains("two words") && !log.contains("<script>") && !log.contains(&long), "{log}");
}

#[rstest]
#[tokio::test]
async fn the_id_stands_on_every_line_that_is_logged_under_the_request(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let request = server.request("POST", "/books?shelf=3").header("X-Request-Id", "the-id").json(&json!({}));
    assert_eq!(server.send(request).await.status, 422);
    let events = server.log().events_of_request("the-id").await;
    let names: Vec<_> = events.iter().map(|event| event["message"].as_str().expect("a text")).collect();
    assert_eq!(names, ["request_started", "request_finished"]);
    for event in &events {
        assert_eq!((&event["level"], &event["method"], &event["path"]), (&json!("INFO"), &json!("POST"), &json!("/books")));
        assert!(event["timestamp"].is_string());
    }
    assert_eq!(events[1]["status_code"], 422);
    assert!(events[1]["duration_ms"].as_f64().is_some_and(|duration| duration > 0.0), "{events:#?}");
}

#[tokio::test]
async fn a_500_says_its_id_and_the_log_says_the_cause() {
    let server = Server::start(Postgres).await;
    let database = postgres(server.storage()).await;
    database.batch_execute("ALTER TABLE books RENAME TO mislaid").await.expect("a fault of ours");
    // Past the client of these tests, which takes no such answer.
    let request = server.request("GET", "/books").header("X-Request-Id", "the-id");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 500);
    let document: serde_json::Value = response.json().await.expect("JSON");
    let expected = json!({
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong on our side. The request's id finds it in the log.",
        "request_id": "the-id",
    });
    assert_eq!(document, expected);
    let events = server.log().events_of_request("the-id").await;
    let failed = events.iter().find(|event| event["message"] == "request_failed");
    let failed = failed.expect("request_failed");
    assert_eq!((&failed["level"], &failed["status_code"]), (&json!("ERROR"), &json!(500)));
    assert!(failed["cause"].as_str().is_some_and(|cause| cause.contains("books")), "{failed}");
}
