use super::{PrescribedBody, ShowCauses, X_REQUEST_ID, loggable, observe};
use crate::{Problem, get, not_found};
use actix_web::{
    App, HttpResponse,
    body::MessageBody,
    dev::ServiceResponse,
    http::{
        Method, StatusCode,
        header::{self, AsHeaderName},
    },
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
        .service(web::resource("/prescribed").route(get(prescribed)))
        .default_service(web::to(not_found))
        .wrap(from_fn(observe));
    call_service(&init_service(app).await, request.insert_header((X_REQUEST_ID, "r-1")).to_request()).await
}

async fn prescribed() -> HttpResponse {
    let mut response = HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
    response.extensions_mut().insert(PrescribedBody);
    response
}

fn header_of(response: &ServiceResponse<impl MessageBody>, name: impl AsHeaderName) -> &str {
    response.headers().get(name).expect("the header").to_str().expect("a text")
}

async fn document(response: ServiceResponse<impl MessageBody>) -> Value {
    assert_eq!(header_of(&response, header::CONTENT_TYPE), "application/problem+json");
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
    let allow = header_of(&response, header::ALLOW).to_owned();
    let mut methods: Vec<_> = allow.split(", ").collect();
    methods.sort_unstable();
    assert_eq!(methods, ["GET", "HEAD", "POST"]);
    assert_eq!(document(response).await["detail"], "This path does not take this method; the header Allow says which it takes.");
}

#[actix_web::test]
async fn a_fault_of_ours_says_its_id_and_nothing_of_its_cause() {
    let response = answer(TestRequest::with_uri("/fault")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let document = document(response).await;
    assert_eq!(document["request_id"], "r-1");
    assert!(!document.to_string().contains("secret"), "{document}");
}

#[rstest]
#[case::a_fault("/fault", Some("the secret cause"))]
#[case::an_error_of_the_clients("/nowhere", None)]
#[actix_web::test]
async fn where_causes_are_shown_a_fault_of_ours_tells_its_own(#[case] path: &str, #[case] cause: Option<&str>) {
    let app = App::new()
        .app_data(ShowCauses)
        .service(web::resource("/fault").route(get(|| async { Err::<&str, _>(Problem::internal("the secret cause")) })))
        .default_service(web::to(not_found))
        .wrap(from_fn(observe));
    let response = call_service(&init_service(app).await, TestRequest::with_uri(path).to_request()).await;
    assert_eq!(document(response).await.get("cause").and_then(Value::as_str), cause);
}

#[actix_web::test]
async fn an_error_without_a_problem_of_its_own_becomes_one() {
    let document = document(answer(TestRequest::with_uri("/bare")).await).await;
    assert_eq!((&document["status"], &document["detail"]), (&json!(502), &json!("Bad Gateway")));
}

#[actix_web::test]
async fn the_headers_of_a_problem_are_kept() {
    let response = answer(TestRequest::with_uri("/who")).await;
    assert_eq!(header_of(&response, header::WWW_AUTHENTICATE), "Bearer");
    assert_eq!(document(response).await["detail"], "Who are you?");
}

#[actix_web::test]
async fn a_page_stays_a_page_and_a_success_stays_as_it_is() {
    let page = answer(TestRequest::with_uri("/page")).await;
    assert_eq!((page.status(), header_of(&page, header::CONTENT_TYPE)), (StatusCode::GONE, "text/html"));
    let success = answer(TestRequest::with_uri("/books")).await;
    assert_eq!((success.status(), success.headers().get(header::CONTENT_TYPE)), (StatusCode::OK, None));
}

#[actix_web::test]
async fn a_body_that_another_standard_prescribes_stays_as_it_is() {
    let response = answer(TestRequest::with_uri("/prescribed")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(header_of(&response, header::CONTENT_TYPE), "application/json");
    assert_eq!(read_body_json::<Value, _>(response).await, json!({"error": "invalid_grant"}));
}

#[rstest]
#[case("/books")]
#[case("/nowhere")]
#[case("/page")]
#[case("/prescribed")]
#[actix_web::test]
async fn the_clients_request_id_comes_back(#[case] path: &str) {
    assert_eq!(header_of(&answer(TestRequest::with_uri(path)).await, X_REQUEST_ID), "r-1");
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
        let id = header_of(&response, X_REQUEST_ID).to_owned();
        let document: Value = read_body_json(response).await;
        assert_eq!(document["request_id"], id.as_str());
        assert!(uuid::Uuid::try_parse(&id).is_ok(), "{id}");
        given.push(id);
    }
    assert_ne!(given[0], given[1]);
}

#[rstest]
#[case(Some("/books"), "/books", "/books")]
#[case(
    Some("/loans/{id}/return"),
    "/loans/01890a5d-ac96-774b-bcce-b302099a8057/return",
    "/loans/01890a5d-ac96-774b-bcce-b302099a8057/return"
)]
#[case(Some("/members/{id}"), "/members/ada@example.com", "/members/*")]
#[case(Some("/members/{id}"), "/members/ada.lovelace", "/members/*")]
#[case(None, "/members/verify/eyJhbGciOiJIUzI1NiJ9.eyJ", "*")]
fn a_path_in_the_log_shows_the_route_and_ids_alone(#[case] route: Option<&str>, #[case] path: &str, #[case] shown: &str) {
    assert_eq!(loggable(route, path), shown);
}
