use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    CollectedSpan, Collector, LIMIT, PASSWORD, Server, ServerBuilder, eventually,
};
use library_testkit::unique_isbn;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rstest::rstest;
use serde_json::json;
use std::{collections::BTreeSet, time::Instant};
use tokio::net::TcpListener;

/// A trace that a client began, and its span; the last two digits say that it is sampled.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const NOT_SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

#[rstest]
#[tokio::test]
async fn a_request_continues_its_clients_trace_with_its_use_case_and_each_query(#[values(Sqlite, Postgres)] backend: Backend) {
    let collector = Collector::start().await;
    let mut server = traced(Server::builder(backend).await, &collector).start().await;
    let book =
        json!({"title": "Middlemarch", "author": "George Eliot", "isbn": unique_isbn().as_str(), "description": "A study."});
    let added = server.send(server.request("POST", "/books").header("traceparent", SAMPLED).json(&book)).await;
    let answered = added.header("traceparent").expect("the trace is named").to_owned();
    assert_eq!(added.json_of(201)["title"], "Middlemarch");
    server.terminate().await;

    let spans = collector.spans().await;
    let of_trace: Vec<_> = spans.iter().filter(|span| span.trace == TRACE).collect();
    let request = the(&of_trace, "POST /books");
    assert_eq!((request.parent.as_deref(), request.kind, request.is_error), (Some("00f067aa0ba902b7"), SpanKind::Server, false));
    assert_eq!(answered, format!("00-{TRACE}-{}-01", request.id));
    for (name, value) in [("http.request.method", "POST"), ("http.route", "/books"), ("http.response.status_code", "201")] {
        assert_eq!(request.attributes.get(name).map(String::as_str), Some(value), "{request:#?}");
    }
    let use_case = the(&of_trace, "add_book");
    assert_eq!((use_case.parent.as_deref(), use_case.kind), (Some(request.id.as_str()), SpanKind::Internal));
    let insertion = the(&of_trace, "INSERT");
    assert_eq!(insertion.kind, SpanKind::Client);
    let repository = the(&of_trace, "books.create");
    assert_eq!(
        (insertion.parent.as_deref(), repository.parent.as_deref()),
        (Some(repository.id.as_str()), Some(use_case.id.as_str()))
    );
    let system = if backend == Postgres { "postgresql" } else { "sqlite" };
    assert_eq!(insertion.attributes["db.system.name"], system);
    assert!(insertion.attributes["db.query.text"].contains("books"), "{insertion:#?}");
    assert_eq!(BTreeSet::from_iter(collector.services().await), BTreeSet::from(["library".to_owned()]));
}

#[rstest]
#[tokio::test]
async fn what_the_worker_does_is_a_trace_and_looking_at_an_empty_queue_is_none(#[values(Sqlite, Postgres)] backend: Backend) {
    let collector = Collector::start().await;
    let mut server = traced(Server::builder(backend).await, &collector).start().await;
    let member = server.given_member().await;
    // The mail has been printed and the notification is gone when they can be verified; the worker looks again and again meanwhile.
    server.verify(&member).await;
    server.terminate().await;

    let spans = collector.spans().await;
    let roots: BTreeSet<_> = spans.iter().filter(|span| span.parent.is_none()).map(|span| span.name.as_str()).collect();
    assert!(roots.contains("deliver_notification"), "{roots:?}");
    let expected = BTreeSet::from([
        "POST /members",
        "POST /members/verify",
        "deliver_notification",
        "remove_expired_claims",
        "remove_expired_sessions",
    ]);
    assert!(roots.is_subset(&expected), "{roots:?}");
}

#[rstest]
#[tokio::test]
async fn a_client_that_does_not_sample_is_not_traced(#[values(Sqlite, Postgres)] backend: Backend) {
    let collector = Collector::start().await;
    let mut server = traced(Server::builder(backend).await, &collector).start().await;
    server.send(server.request("GET", "/books").header("traceparent", NOT_SAMPLED)).await.assert_is(200, &json!([]));
    server.send(server.request("GET", "/books").header("traceparent", "nonsense")).await.assert_is(200, &json!([]));
    server.terminate().await;
    let requests: Vec<_> = collector.spans().await.into_iter().filter(|span| span.name == "GET /books").collect();
    assert_eq!(requests.len(), 1, "{requests:#?}");
    assert!(requests[0].trace != TRACE && requests[0].parent.is_none(), "{requests:#?}");
}

#[rstest]
#[tokio::test]
async fn nothing_personal_and_no_secret_is_in_a_trace(#[values(Sqlite, Postgres)] backend: Backend) {
    let collector = Collector::start().await;
    let mut server = traced(Server::builder(backend).await, &collector).start().await;
    let borrower = server.given_borrower().await;
    let tokens = server.given_login(&borrower.member).await;
    server.get(&format!("/members?email={}", borrower.member.email)).await;
    server.get(&format!("/nowhere/{}", borrower.member.email)).await;
    let mailed = server.mailed_token(&borrower.member).await;
    server.terminate().await;

    let sent = collector.bytes().await;
    assert!(!collector.spans().await.is_empty());
    let secrets = [&borrower.member.email, &borrower.member.name, PASSWORD, &tokens.access, &tokens.refresh, &mailed];
    for secret in secrets {
        let found = sent.iter().any(|bytes| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        assert!(!found, "{secret} was sent");
    }
}

#[rstest]
#[case::away(false, "BatchSpanProcessor.ExportError")]
#[case::silent(true, "BatchSpanProcessor.Shutdown.Timeout")]
#[tokio::test]
async fn a_collector_that_takes_nothing_holds_nothing_up(#[case] is_silent: bool, #[case] complaint: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    // Kept, it accepts and never answers.
    let _listener = is_silent.then_some(listener);
    let mut server = Server::builder(Sqlite).await.with("OTEL_EXPORTER_OTLP_ENDPOINT", url).start().await;
    for _ in 0..20 {
        server.get("/books").await.assert_is(200, &json!([]));
    }
    let asked = Instant::now();
    assert_eq!(server.terminate().await.code(), Some(0));
    assert!(asked.elapsed() < LIMIT / 2, "{:?}", asked.elapsed());
    let told = async || server.log().events().into_iter().find(|event| event["name"] == complaint);
    eventually("a line about it", told).await;
}

fn traced(builder: ServerBuilder, collector: &Collector) -> ServerBuilder {
    builder.with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
}

/// The one span of this name.
fn the<'a>(spans: &[&'a CollectedSpan], name: &str) -> &'a CollectedSpan {
    let [span] = spans.iter().filter(|span| span.name == name).copied().collect::<Vec<_>>()[..] else {
        panic!("not one span {name}: {spans:#?}");
    };
    span
}
