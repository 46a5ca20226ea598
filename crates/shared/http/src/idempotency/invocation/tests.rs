use super::{Invocation, JsonCommand, PathCommand};
use crate::Problem;
use actix_web::{FromRequest, test::TestRequest};
use library_shared_app::KeyedCommand;
use library_shared_domain::{BookId, MemberId, idempotency::CommandCaller};
use rstest::rstest;
use serde_json::Value;
use uuid::Uuid;

const BODY: &str = r#"{"title": "Emma", "tags": [{"a": 1, "b": 2}]}"#;

async fn invoked(request: TestRequest, body: &'static str) -> Result<Invocation, Problem> {
    let request = request.insert_header(("content-type", "application/json")).set_payload(body);
    let (request, mut payload) = request.to_http_parts();
    JsonCommand::<Value>::from_request(&request, &mut payload).await.map(|JsonCommand(_, invocation)| invocation)
}

async fn keyed(key: &str, path: &str, body: &'static str) -> KeyedCommand {
    let request = TestRequest::post().uri(path).insert_header(("idempotency-key", key));
    invoked(request, body).await.expect("accepted").into_keyed().expect("it has a key")
}

#[actix_web::test]
async fn a_request_without_the_header_has_no_key() {
    assert!(invoked(TestRequest::post(), BODY).await.expect("accepted").into_keyed().is_none());
}

#[rstest]
#[case::bare("k-1", "k-1")]
#[case::a_quoted_string("\"k-1\"", "k-1")]
#[case::escaped(r#""k\"\\1""#, r#"k"\1"#)]
#[case::a_quotation_mark_within("k\"1\"", "k\"1\"")]
#[actix_web::test]
async fn a_key_is_given_bare_or_as_a_quoted_string(#[case] header: &str, #[case] key: &str) {
    assert_eq!(keyed(header, "/books", BODY).await.key.as_str(), key);
}

#[rstest]
#[case::empty("")]
#[case::empty_string("\"\"")]
#[case::with_a_space("a b")]
#[case::with_a_space_within_quotes("\"a b\"")]
#[case::not_closed("\"a")]
#[case::closed_in_the_middle("\"a\"b")]
#[case::with_parameters("\"a\";b=1")]
#[case::an_escape_of_nothing("\"a\\")]
#[case::an_unknown_escape(r#""\a""#)]
#[case::not_ascii("é")]
#[actix_web::test]
async fn what_is_no_key_is_a_422_of_the_header(#[case] header: &str) {
    let request = TestRequest::post().insert_header(("idempotency-key", header));
    let problem = invoked(request, BODY).await.expect_err("refused");
    assert_eq!(problem.status().as_u16(), 422);
}

#[actix_web::test]
async fn a_header_that_is_given_twice_is_a_422() {
    let request = TestRequest::post().append_header(("idempotency-key", "a")).append_header(("idempotency-key", "a"));
    assert_eq!(invoked(request, BODY).await.expect_err("refused").status().as_u16(), 422);
}

#[actix_web::test]
async fn neither_white_space_nor_the_order_of_keys_makes_another_command() {
    let first = keyed("k", "/books", BODY).await;
    for same in [r#"{"tags":[{"b":2,"a":1}],"title":"Emma"}"#, "\n{\"title\":\t\"\\u0045mma\", \"tags\": [{\"a\":1,\"b\":2}]} "] {
        assert_eq!(keyed("k", "/books", same).await.fingerprint, first.fingerprint, "{same}");
    }
}

#[actix_web::test]
async fn another_body_path_or_key_makes_another_fingerprint() {
    let first = keyed("k", "/books", BODY).await;
    for (key, path, body) in [
        ("k", "/books", r#"{"title": "Emma", "tags": [{"a": 2, "b": 1}]}"#),
        ("k", "/books", r#"{"title": "Emma ", "tags": [{"a": 1, "b": 2}]}"#),
        ("k", "/books", "{}"),
        ("k", "/members", BODY),
        ("l", "/books", BODY),
    ] {
        assert_ne!(keyed(key, path, body).await.fingerprint, first.fingerprint, "{key} {path} {body}");
    }
}

#[actix_web::test]
async fn a_command_is_anyones_until_a_member_is_named() {
    let request = || TestRequest::post().insert_header(("idempotency-key", "k"));
    let of = |invocation: Invocation| invocation.into_keyed().expect("it has a key").caller;
    let anyones = of(invoked(request(), BODY).await.expect("accepted"));
    assert!(matches!(anyones, CommandCaller::Anyone { .. }), "{anyones:?}");
    let member_id = MemberId::from(Uuid::nil());
    assert_eq!(of(invoked(request(), BODY).await.expect("accepted").by(member_id)), CommandCaller::Member(member_id));
}

#[rstest]
#[case("01890a5d-ac96-774b-bcce-b302099a8057", "k", true)]
#[case("no-id", "k", false)]
#[case("01890a5d-ac96-774b-bcce-b302099a8057", "not a key", false)]
#[actix_web::test]
async fn a_command_by_its_path_has_an_id_and_may_have_a_key(#[case] id: &'static str, #[case] key: &str, #[case] is_one: bool) {
    let request = TestRequest::post().param("id", id).insert_header(("idempotency-key", key));
    let (request, mut payload) = request.to_http_parts();
    match PathCommand::<BookId>::from_request(&request, &mut payload).await {
        Ok(PathCommand(found, invocation)) => {
            assert!(is_one && found.to_string() == id && invocation.into_keyed().is_some());
        }
        Err(problem) => assert_eq!((problem.status().as_u16(), is_one), (422, false)),
    }
}
