use super::{Metrics, Sources, requests::RequestMetrics};
use crate::health::{Checked, CheckedCache, Health};
use actix_web::{
    App, HttpResponse,
    http::Method,
    middleware::from_fn,
    test::{TestRequest, init_service, try_call_service},
    web,
};
use library_member_infra::Argon2PasswordHasher;
use library_notification_app::{Backlog, Delivery};
use library_shared_infra::{cache::InProcessCache, database::Database};
use std::{sync::Arc, time::Duration};
use time::OffsetDateTime;

/// The metrics of a process that nobody has asked anything.
fn metrics() -> Metrics {
    let cache_ttl = Duration::from_secs(1);
    let sources = Sources {
        database: Database::open(&"sqlite::memory:".parse().expect("a URL")).expect("a database"),
        redis: None,
        books: Arc::new(InProcessCache::new(cache_ttl)),
        members: Arc::new(InProcessCache::new(cache_ttl)),
        hasher: Arc::new(Argon2PasswordHasher::new().expect("a hasher")),
        breakers: vec![],
    };
    Metrics::new(OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(1_500), || 7, sources)
}

fn checked<T>(answer: Option<T>) -> Checked<T> {
    Checked { answer, took: Duration::from_millis(250) }
}

fn well() -> Health {
    Health {
        database: checked(Some(())),
        cache: Some(CheckedCache::Redis(checked(None))),
        queue: checked(Some(Backlog { waiting: 7, due: 5, oldest_due_age: time::Duration::milliseconds(2_500), failed: 1 })),
        is_shutting_down: false,
    }
}

fn lines<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.starts_with(beginning)).collect()
}

#[actix_web::test]
async fn the_text_is_that_of_openmetrics() {
    let text = metrics().text(&well()).expect("a text");
    assert_eq!(lines(&text, "process_start_time_seconds"), ["process_start_time_seconds 1.5"]);
    let build = format!("library_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
    assert_eq!(lines(&text, "library_build_info"), [build]);
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    let declared: Vec<_> = lines(&text, "# TYPE ");
    for name in declared.iter().filter_map(|line| line.split(' ').nth(2)) {
        assert_eq!(text.matches(&format!("# HELP {name} ")).count(), 1, "{name}");
        assert_eq!(text.matches(&format!("# TYPE {name} ")).count(), 1, "{name}");
    }
    assert!(declared.len() > 20, "{text}");
    assert_eq!(lines(&text, "library_log_lines_dropped_total"), ["library_log_lines_dropped_total 7"]);
}

#[actix_web::test]
async fn what_the_checks_found_is_told_and_what_they_did_not_is_absent() {
    let metrics = metrics();
    let text = metrics.text(&well()).expect("a text");
    let mut up = lines(&text, "library_health_check_up{");
    up.sort_unstable();
    let expected = ["cache", "database", "queue"]
        .map(|check| format!("library_health_check_up{{check=\"{check}\"}} {}", u8::from(check != "cache")));
    assert_eq!(up, expected);
    let queue = [
        "library_queue_waiting_notifications 7",
        "library_queue_due_notifications 5",
        "library_queue_failed_notifications 1",
        "library_queue_oldest_due_age_seconds 2.5",
    ];
    assert_eq!(lines(&text, "library_queue_"), queue);

    let text = metrics.text(&Health { queue: checked(None), cache: None, ..well() }).expect("a text");
    assert_eq!(lines(&text, "library_queue_"), [""; 0]);
    assert_eq!(lines(&text, "library_health_check_up{check=\"cache\"}"), [""; 0]);
    assert_eq!(lines(&text, "library_health_check_up{check=\"queue\"}"), ["library_health_check_up{check=\"queue\"} 0"]);
}

#[actix_web::test]
async fn what_became_of_a_notification_is_counted() {
    let metrics = metrics();
    for outcome in [Delivery::Sent, Delivery::NothingDue, Delivery::Sent, Delivery::Postponed] {
        metrics.deliveries.count(outcome);
    }
    let text = metrics.text(&well()).expect("a text");
    let mut counted = lines(&text, "library_notification_deliveries_total");
    counted.sort_unstable();
    let expected = [("dropped", 0), ("given_up", 0), ("postponed", 1), ("sent", 2)]
        .map(|(outcome, count)| format!("library_notification_deliveries_total{{outcome=\"{outcome}\"}} {count}"));
    assert_eq!(counted, expected);
}

#[actix_web::test]
async fn a_request_is_in_flight_until_it_is_answered_or_given_up() {
    let (metrics, seen) = (metrics(), std::sync::Mutex::new(Vec::new()));
    let seen = Arc::new(seen);
    let in_flight = |metrics: &Metrics| {
        let text = metrics.text(&well()).expect("a text");
        lines(&text, "library_http_requests_in_flight").concat()
    };
    let (requests, inner, noted) = (metrics.requests.clone(), metrics.clone(), Arc::clone(&seen));
    let look = move || {
        let (inner, noted) = (inner.clone(), Arc::clone(&noted));
        async move {
            noted.lock().expect("nobody panics").push(in_flight(&inner));
            std::future::pending::<HttpResponse>().await
        }
    };
    let app = App::new()
        .service(web::resource("/books/{id}").route(web::get().to(look)))
        .wrap(from_fn(move |request, next| super::measure(requests.clone(), request, next)));
    let app = init_service(app).await;
    let request = TestRequest::with_uri("/books/1").method(Method::GET).to_request();
    let given_up = tokio::time::timeout(Duration::from_millis(50), try_call_service(&app, request)).await;
    assert!(given_up.is_err());
    assert_eq!(*seen.lock().expect("nobody panics"), ["library_http_requests_in_flight 1"]);
    let text = metrics.text(&well()).expect("a text");
    assert_eq!(lines(&text, "library_http_requests_in_flight"), ["library_http_requests_in_flight 0"]);
    assert_eq!(lines(&text, "library_http_request_duration_seconds_count"), [""; 0]);
}

#[actix_web::test]
async fn an_error_that_no_handler_made_is_counted_by_its_status() {
    let metrics = metrics();
    let requests: RequestMetrics = metrics.requests.clone();
    let fails = |_, _: actix_web::middleware::Next<actix_web::body::BoxBody>| async {
        Err::<actix_web::dev::ServiceResponse, _>(actix_web::error::ErrorImATeapot("short and stout"))
    };
    let app = App::new()
        .service(web::resource("/tea").route(web::get().to(HttpResponse::Ok)))
        .wrap(from_fn(fails))
        .wrap(from_fn(move |request, next| super::measure(requests.clone(), request, next)));
    let app = init_service(app).await;
    assert!(try_call_service(&app, TestRequest::with_uri("/tea").to_request()).await.is_err());
    let text = metrics.text(&well()).expect("a text");
    let expected = "library_http_request_duration_seconds_count{method=\"GET\",route=\"/tea\",status=\"418\"} 1";
    assert_eq!(lines(&text, "library_http_request_duration_seconds_count"), [expected]);
}
