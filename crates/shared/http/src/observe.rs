use crate::{Problem, RequestId};
use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The middleware around everything: gives the request its id, logs that it began and how it ended, and writes every error as
/// problem details.
///
/// # Errors
/// None of its own.
pub async fn observe(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .and_then(RequestId::parse)
        .unwrap_or_else(RequestId::generate);
    // At the level of errors, so that the id stands on every line, however few levels are shown.
    let span = tracing::error_span!("request", request_id = %id);
    observe_in_span(id, request, next).instrument(span).await
}

async fn observe_in_span(
    id: RequestId,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (method, path) = (request.method().clone(), loggable(request.path()));
    tracing::info!(%method, path, "request_started");
    let started = Instant::now();
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = if is_error_without_page(&response) { write_problem(&id, response) } else { response };
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let duration_ms = started.elapsed().as_secs_f64() * 1_000.0;
    tracing::info!(%method, path, status_code = response.status().as_u16(), duration_ms, "request_finished");
    Ok(response)
}

/// A path as the log may show it. What stands where an id should be may be anything, a name or a token among them: only ids and plain
/// words are shown.
fn loggable(path: &str) -> String {
    let is_plain =
        |segment: &str| segment.len() <= 32 && segment.bytes().all(|byte| byte.is_ascii_lowercase() || b"-._".contains(&byte));
    let shown = |segment| if is_plain(segment) || Uuid::try_parse(segment).is_ok() { segment } else { "*" };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

/// Whether the response is an error that is not written for people already.
fn is_error_without_page(response: &ServiceResponse) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_page = content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    !is_page && (response.status().is_client_error() || response.status().is_server_error())
}

fn write_problem(id: &RequestId, response: ServiceResponse) -> ServiceResponse {
    let status = response.status();
    let error = response.response().error();
    let problem = error.and_then(|error| error.as_error::<Problem>());
    if status.is_server_error() {
        let cause = problem.map_or_else(|| error.map(ToString::to_string), Problem::cause_chain);
        tracing::error!(status_code = status.as_u16(), cause, "request_failed");
    }
    let body = problem.map_or_else(|| Problem::of_status(status).to_json(id), |problem| problem.to_json(id));
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM_JSON);
    response
}

#[cfg(test)]
mod tests {
    use super::loggable;

    #[test]
    fn a_path_in_the_log_shows_ids_and_plain_words_alone() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for shown in ["/", "/books", &format!("/loans/{id}/return"), "/openapi.json", ""] {
            assert_eq!(loggable(shown), shown);
        }
        assert_eq!(loggable("/members/ada@example.com"), "/members/*");
        assert_eq!(loggable("/members/verify/eyJhbGciOiJIUzI1NiJ9.eyJ"), "/members/verify/*");
        assert_eq!(loggable("/%0d%0a/Ada"), "/*/*");
    }
}

#[cfg(test)]
mod tests {
    use super::{X_REQUEST_ID, observe};
    use crate::{Problem, get, not_found};
    use actix_web::{
        App, HttpResponse,
        body::MessageBody,
        dev::ServiceResponse,
        http::{Method, StatusCode, header},
        middleware::from_fn,
        test::{TestRequest, call_service, init_service, read_body_json},
        web,
    };
    use rstest::rstest;
    use serde_json::{Value, json};

    /// The answer of a service with one resource for each kind of outcome.
    async fn answer(request: TestRequest) -> ServiceResponse<impl MessageBody> {
        let app = App::new()
            .service(web::resource("/books").route(get(HttpResponse::Ok)).route(web::post().to(HttpResponse::Created)))
            .service(web::resource("/fault").route(get(|| async { Err::<&str, _>(Problem::internal("the secret cause")) })))
            .service(web::resource("/bare").route(get(HttpResponse::BadGateway)))
            .service(web::resource("/who").route(get(|| async { Err::<&str, _>(Problem::unauthorized("Who are you?")) })))
            .service(web::resource("/page").route(get(|| async { HttpResponse::Gone().content_type("text/html").body("Gone") })))
            .default_service(web::to(not_found))
            .wrap(from_fn(observe));
        call_service(&init_service(app).await, request.insert_header((X_REQUEST_ID, "r-1")).to_request()).await
    }

    async fn document(response: ServiceResponse<impl MessageBody>) -> Value {
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        read_body_json(response).await
    }

    #[actix_web::test]
    async fn a_path_that_is_not_there_is_a_problem() {
        let expected = json!({
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is nothing at this path.",
            "request_id": "r-1",
        });
        assert_eq!(document(answer(TestRequest::with_uri("/nowhere")).await).await, expected);
    }

    #[actix_web::test]
    async fn a_method_that_a_path_does_not_take_is_a_problem_and_allow_says_which_it_takes() {
        let response = answer(TestRequest::with_uri("/books").method(Method::DELETE)).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        let allow = response.headers()[header::ALLOW].to_str().expect("a text").to_owned();
        let mut methods: Vec<_> = allow.split(", ").collect();
        methods.sort_unstable();
        assert_eq!(methods, ["GET", "HEAD", "POST"]);
        assert_eq!(
            document(response).await["detail"],
            "This path does not take this method; the header Allow says which it takes."
        );
    }

    #[actix_web::test]
    async fn a_fault_of_ours_says_its_id_and_nothing_of_its_cause() {
        let response = answer(TestRequest::with_uri("/fault")).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let document = document(response).await;
        assert_eq!(document["request_id"], "r-1");
        assert!(!document.to_string().contains("secret"), "{document}");
    }

    #[actix_web::test]
    async fn an_error_without_a_problem_of_its_own_becomes_one() {
        let document = document(answer(TestRequest::with_uri("/bare")).await).await;
        assert_eq!((&document["status"], &document["detail"]), (&json!(502), &json!("Bad Gateway")));
    }

    #[actix_web::test]
    async fn the_headers_of_a_problem_are_kept() {
        let response = answer(TestRequest::with_uri("/who")).await;
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(document(response).await["detail"], "Who are you?");
    }

    #[actix_web::test]
    async fn a_page_stays_a_page_and_a_success_stays_as_it_is() {
        let page = answer(TestRequest::with_uri("/page")).await;
        assert_eq!(
            (page.status(), &page.headers()[header::CONTENT_TYPE]),
            (StatusCode::GONE, &"text/html".parse().expect("a value"))
        );
        let success = answer(TestRequest::with_uri("/books")).await;
        assert_eq!((success.status(), success.headers().get(header::CONTENT_TYPE)), (StatusCode::OK, None));
    }

    #[rstest]
    #[case("/books")]
    #[case("/nowhere")]
    #[case("/page")]
    #[actix_web::test]
    async fn the_clients_request_id_comes_back(#[case] path: &str) {
        assert_eq!(answer(TestRequest::with_uri(path)).await.headers()[X_REQUEST_ID], "r-1");
    }

    #[rstest]
    #[case::none(None)]
    #[case::insane(Some("<script>".to_owned()))]
    #[case::too_long(Some("x".repeat(129)))]
    #[actix_web::test]
    async fn who_sends_no_sane_request_id_gets_one_that_is_new(#[case] sent: Option<String>) {
        let app = init_service(App::new().default_service(web::to(not_found)).wrap(from_fn(observe))).await;
        let mut given = Vec::new();
        for _ in 0..2 {
            let request = TestRequest::get();
            let request = match &sent {
                Some(sent) => request.insert_header((X_REQUEST_ID, sent.as_str())),
                None => request,
            };
            let response = call_service(&app, request.to_request()).await;
            let id = response.headers()[X_REQUEST_ID].to_str().expect("a text").to_owned();
            let document: Value = read_body_json(response).await;
            assert_eq!(document["request_id"], id.as_str());
            assert!(uuid::Uuid::try_parse(&id).is_ok(), "{id}");
            given.push(id);
        }
        assert_ne!(given[0], given[1]);
    }
}
