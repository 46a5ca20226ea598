use crate::Problem;
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header},
    web::Bytes,
};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// The most bytes that a body may have.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive, from the first byte to the last.
const BODY_TIME_LIMIT: Duration = Duration::from_secs(30);

/// A body of JSON (RFC 8259): an object, whose fields the handler judges.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// A body of JSON, or of a form (`application/x-www-form-urlencoded`), whose fields the handler judges.
#[derive(Debug)]
pub struct JsonOrFormBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let format = Format::of(request).filter(|format| matches!(format, Format::Json));
        read(format, "application/json", Bytes::from_request(request, payload), Self)
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonOrFormBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let accepted = "application/json or application/x-www-form-urlencoded";
        read(Format::of(request), accepted, Bytes::from_request(request, payload), Self)
    }
}

#[derive(Clone, Copy)]
enum Format {
    Json,
    Form,
}

impl Format {
    /// The format that the header says, if it is one of ours; a body that is compressed is in none.
    fn of(request: &HttpRequest) -> Option<Self> {
        let encoding = request.headers().get(header::CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return None;
        }
        let content_type = request.content_type().to_ascii_lowercase();
        match content_type.as_str() {
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "application/json" => Some(Self::Json),
            other if other.starts_with("application/") && other.ends_with("+json") => Some(Self::Json),
            _ => None,
        }
    }

    fn parse(self, bytes: &[u8]) -> Result<Value, Problem> {
        match self {
            Self::Json => serde_json::from_slice(bytes)
                .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}."))),
            Self::Form => {
                let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes)
                    .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("The body is not a form: {error}.")))?;
                Ok(fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect::<Map<_, _>>().into())
            }
        }
    }
}

fn read<T: DeserializeOwned, B>(
    format: Option<Format>,
    accepted: &'static str,
    bytes: impl Future<Output = Result<Bytes, actix_web::Error>> + 'static,
    wrap: impl FnOnce(T) -> B + 'static,
) -> LocalBoxFuture<'static, Result<B, Problem>> {
    Box::pin(async move {
        let unsupported = || {
            Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("The body must be of the type {accepted}, and not compressed."),
            )
        };
        let format = format.ok_or_else(unsupported)?;
        let bytes = tokio::time::timeout(BODY_TIME_LIMIT, bytes)
            .await
            .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."))?
            .map_err(|error| unreadable(&error))?;
        let value = format.parse(&bytes)?;
        if !value.is_object() {
            return Err(Problem::unprocessable("not-an-object", "Not an object", "The body must be a JSON object."));
        }
        serde_json::from_value(value).map(wrap).map_err(Problem::internal)
    })
}

fn unreadable(error: &actix_web::Error) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body may have at most {BODY_LIMIT} bytes."))
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "The body broke off or is not encoded as it says."),
    }
}

#[cfg(test)]
mod tests {
    use super::{BODY_LIMIT, JsonBody, JsonOrFormBody};
    use crate::Problem;
    use actix_web::{FromRequest, test::TestRequest, web::PayloadConfig};
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
}
