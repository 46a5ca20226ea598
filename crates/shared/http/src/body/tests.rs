use super::{BODY_LIMIT, FormBody, JsonBody, JsonOrFormBody, MergePatchBody};
use crate::Problem;
use actix_web::{FromRequest, ResponseError, test::TestRequest, web::PayloadConfig};
use rstest::rstest;
use serde_json::{Value, json};

fn request(content_type: Option<&str>, body: impl Into<actix_web::web::Bytes>) -> TestRequest {
    let request = TestRequest::post().app_data(PayloadConfig::new(BODY_LIMIT)).set_payload(body);
    match content_type {
        Some(content_type) => request.insert_header(("content-type", content_type)),
        None => request,
    }
}

async fn json(request: TestRequest) -> Result<Value, Problem> {
    let (request, mut payload) = request.to_http_parts();
    JsonBody::from_request(&request, &mut payload).await.map(|JsonBody(value)| value)
}

async fn json_or_form(request: TestRequest) -> Result<Value, Problem> {
    let (request, mut payload) = request.to_http_parts();
    JsonOrFormBody::from_request(&request, &mut payload).await.map(|JsonOrFormBody(value)| value)
}

async fn form(request: TestRequest) -> Result<Vec<(String, String)>, Problem> {
    let (request, mut payload) = request.to_http_parts();
    FormBody::from_request(&request, &mut payload).await.map(|FormBody(parameters)| parameters)
}

async fn merge_patch(request: TestRequest) -> Result<Value, Problem> {
    let (request, mut payload) = request.to_http_parts();
    MergePatchBody::from_request(&request, &mut payload).await.map(|MergePatchBody(value)| value)
}

fn status<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> u16 {
    outcome.expect_err("a problem").status().as_u16()
}

#[rstest]
#[case("application/json")]
#[case("Application/JSON")]
#[case("application/json; charset=utf-8")]
#[case("application/json;charset=\"UTF-8\"")]
#[case("application/merge-patch+json")]
#[actix_web::test]
async fn a_body_of_json_is_read_whatever_kind_of_json_it_says_to_be(#[case] content_type: &str) {
    let read = json(request(Some(content_type), " {\"a\": \"\\u00e9\"} ")).await.expect("read");
    assert_eq!(read, json!({"a": "é"}));
}

#[rstest]
#[case::none(None)]
#[case::empty(Some(""))]
#[case::text(Some("text/plain"))]
#[case::json_as_text(Some("text/json"))]
#[case::form(Some("application/x-www-form-urlencoded"))]
#[case::suffix_alone(Some("image/x+json"))]
#[actix_web::test]
async fn a_body_of_another_type_is_a_415_even_where_it_is_json(#[case] content_type: Option<&str>) {
    assert_eq!(status(json(request(content_type, "{}")).await), 415);
}

#[rstest]
#[case("gzip", 415)]
#[case("identity", 200)]
#[case("Identity", 200)]
#[actix_web::test]
async fn a_compressed_body_is_a_415(#[case] encoding: &str, #[case] expected: u16) {
    let read = json(request(Some("application/json"), "{}").insert_header(("content-encoding", encoding))).await;
    assert_eq!(read.map_or_else(|problem| problem.status().as_u16(), |_| 200), expected);
}

#[rstest]
#[case::empty("")]
#[case::broken("{\"a\": ")]
#[case::followed_by_more("{} {}")]
#[case::with_a_comma_too_many("{\"a\": 1,}")]
#[case::half_a_surrogate_pair("{\"a\": \"\\ud800\"}")]
#[case::nested_without_end(&"[".repeat(10_000))]
#[actix_web::test]
async fn what_is_no_json_is_a_400(#[case] body: &str) {
    assert_eq!(status(json(request(Some("application/json"), body.to_owned())).await), 400);
}

#[actix_web::test]
async fn a_body_that_is_no_utf_8_is_a_400() {
    assert_eq!(status(json(request(Some("application/json"), &b"{\"a\": \"\xff\"}"[..])).await), 400);
}

#[rstest]
#[case("[]")]
#[case("[{\"a\": 1}]")]
#[case("null")]
#[case("\"text\"")]
#[case("1")]
#[actix_web::test]
async fn json_that_is_no_object_is_a_422(#[case] body: &'static str) {
    assert_eq!(status(json(request(Some("application/json"), body)).await), 422);
}

#[actix_web::test]
async fn a_body_may_have_sixty_four_kibibytes_and_not_a_byte_more() {
    let frame = "{\"a\":\"\"}".len();
    let of_length = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - frame));
    json(request(Some("application/json"), of_length(BODY_LIMIT))).await.expect("read");
    assert_eq!(status(json(request(Some("application/json"), of_length(BODY_LIMIT + 1))).await), 413);
}

#[actix_web::test]
async fn a_form_is_read_where_one_is_accepted() {
    let form = request(Some("application/x-www-form-urlencoded; charset=utf-8"), "token=a%2Bb+c&x=");
    assert_eq!(json_or_form(form).await.expect("read"), json!({"token": "a+b c", "x": ""}));
    let object = request(Some("application/json"), "{\"token\": 1}");
    assert_eq!(json_or_form(object).await.expect("read"), json!({"token": 1}));
    assert_eq!(status(json_or_form(request(Some("multipart/form-data; boundary=x"), "--x--")).await), 415);
}

#[rstest]
#[case("application/merge-patch+json")]
#[case("Application/Merge-Patch+JSON; charset=utf-8")]
#[case("application/json")]
#[actix_web::test]
async fn a_merge_patch_is_read(#[case] content_type: &str) {
    assert_eq!(merge_patch(request(Some(content_type), "{\"a\": null}")).await.expect("read"), json!({"a": null}));
}

#[rstest]
#[case::another_kind_of_patch(Some("application/json-patch+json"))]
#[case::another_kind_of_json(Some("application/problem+json"))]
#[case::form(Some("application/x-www-form-urlencoded"))]
#[case::none(None)]
#[actix_web::test]
async fn a_patch_of_another_type_is_a_415_that_says_which_is_taken(#[case] content_type: Option<&str>) {
    let problem = merge_patch(request(content_type, "{}")).await.expect_err("refused");
    assert_eq!(problem.status().as_u16(), 415);
    let accepted = problem.error_response().headers().get("accept-patch").map(|value| value.as_bytes().to_vec());
    assert_eq!(accepted.as_deref(), Some(&b"application/merge-patch+json"[..]));
}

#[actix_web::test]
async fn a_body_of_very_many_parts_is_refused_before_it_takes_memory() {
    let many = |count: usize| request(Some("application/json"), format!("{{\"a\":[{}0]}}", "0,".repeat(count)));
    let with_room = |request: TestRequest| request.app_data(PayloadConfig::new(1_000_000));
    assert!(json(with_room(many(49_997))).await.is_ok());
    assert_eq!(status(json(with_room(many(49_998))).await), 413);
    // What stands in a text is no part.
    let text = format!("{{\"a\":\"{}\\\"{}\"}}", "[,".repeat(50_000), "{:".repeat(50_000));
    assert!(json(with_room(request(Some("application/json"), text))).await.is_ok());
}

#[rstest]
#[case("application/x-www-form-urlencoded")]
#[case("Application/X-WWW-Form-Urlencoded; charset=UTF-8")]
#[actix_web::test]
async fn a_form_is_read_in_order_and_with_what_is_repeated(#[case] content_type: &str) {
    let read = form(request(Some(content_type), "b=1&a=%C3%A9+%26&b=&c")).await.expect("read");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(read, [pair("b", "1"), pair("a", "é &"), pair("b", ""), pair("c", "")]);
}

#[actix_web::test]
async fn what_is_no_form_is_refused() {
    assert_eq!(status(form(request(Some("application/json"), "{}")).await), 415);
    assert_eq!(status(form(request(None, "a=1")).await), 415);
    let too_large = "x".repeat(BODY_LIMIT + 1);
    assert_eq!(status(form(request(Some("application/x-www-form-urlencoded"), too_large)).await), 413);
}
