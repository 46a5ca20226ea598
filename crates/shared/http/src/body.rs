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
mod tests;
