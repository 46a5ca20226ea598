use crate::Problem;
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, Resource,
    dev::Payload,
    error::PayloadError,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    web::{Bytes, PayloadConfig},
};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// The most bytes that a body may have, where [`with_body_limit`] says nothing else.
pub const BODY_LIMIT: usize = 64 * 1024;

/// The most parts that JSON may have. Each takes some hundred bytes once it is read, so that four million of them, which fit into the body of
/// a batch, would take half a gigabyte. A batch of a thousand books has nine thousand.
const MAXIMUM_PARTS: usize = 50_000;

/// How long a body may take to arrive, from the first byte to the last.
const BODY_TIME_LIMIT: Duration = Duration::from_secs(30);

/// What PATCH takes, as a response to a patch of another type says (RFC 5789, section 3.1).
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
const MERGE_PATCH: HeaderValue = HeaderValue::from_static("application/merge-patch+json");

/// Lets the bodies that this resource takes have another number of bytes than [`BODY_LIMIT`].
#[must_use]
pub fn with_body_limit(resource: Resource, bytes: usize) -> Resource {
    resource.app_data(PayloadConfig::new(bytes)).app_data(BodyLimit(bytes))
}

/// What a client whose body is too large is told; actix-web keeps its own to itself.
struct BodyLimit(usize);

/// A body of JSON (RFC 8259): an object, whose fields the handler judges.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// A body of JSON, or of a form (`application/x-www-form-urlencoded`), whose fields the handler judges.
#[derive(Debug)]
pub struct JsonOrFormBody<T>(pub T);

/// A body of a form (`application/x-www-form-urlencoded`) as it stands: every name with its value, in order and also where a name is
/// repeated, for the handler to judge.
#[derive(Debug)]
pub struct FormBody(pub Vec<(String, String)>);

/// A body of PATCH: a JSON merge patch (RFC 7396), also as plain JSON, whose fields the handler judges.
#[derive(Debug)]
pub struct MergePatchBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read_json(request, payload);
        Box::pin(async move { typed(read.await?).map(Self) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonOrFormBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let accepted = "application/json or application/x-www-form-urlencoded";
        let format = Format::of(request).ok_or_else(|| Problem::unsupported_media_type(accepted));
        let read = read(format, request, payload);
        Box::pin(async move { typed(read.await?).map(Self) })
    }
}

impl FromRequest for FormBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = matches!(Format::of(request), Some(Format::Form));
        let bytes = read_bytes(request, payload);
        Box::pin(async move {
            if !is_form {
                return Err(Problem::unsupported_media_type("application/x-www-form-urlencoded"));
            }
            parse_form(&bytes.await?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for MergePatchBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Another kind of patch, such as application/json-patch+json, would mean something else.
        let content_type = request.content_type().to_ascii_lowercase();
        let is_merge_patch = matches!(content_type.as_str(), "application/merge-patch+json" | "application/json");
        let format = Format::of(request).filter(|_| is_merge_patch).ok_or_else(|| {
            let accepted = "application/merge-patch+json or application/json";
            Problem::unsupported_media_type(accepted).with_header(ACCEPT_PATCH, MERGE_PATCH)
        });
        let read = read(format, request, payload);
        Box::pin(async move { typed(read.await?).map(Self) })
    }
}

/// A body of JSON: an object.
pub fn read_json(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Value, Problem>> + use<> {
    let format = Format::of(request).filter(|format| matches!(format, Format::Json));
    let format = format.ok_or_else(|| Problem::unsupported_media_type("application/json"));
    read(format, request, payload)
}

/// The fields that a handler judges.
pub fn typed<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    serde_json::from_value(body).map_err(Problem::internal)
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
            Self::Json if parts(bytes) > MAXIMUM_PARTS => Err(Problem::too_many_parts(MAXIMUM_PARTS)),
            Self::Json => serde_json::from_slice(bytes)
                .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}."))),
            Self::Form => {
                let fields = parse_form(bytes)?;
                Ok(fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect::<Map<_, _>>().into())
            }
        }
    }
}

fn read(
    format: Result<Format, Problem>,
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Value, Problem>> + use<> {
    let bytes = read_bytes(request, payload);
    async move {
        let value = format?.parse(&bytes.await?)?;
        if !value.is_object() {
            return Err(Problem::unprocessable("not-an-object", "Not an object", "The body must be a JSON object."));
        }
        Ok(value)
    }
}

/// The whole body, within the limits.
fn read_bytes(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let bytes = Bytes::from_request(request, payload);
    let limit = request.app_data::<BodyLimit>().map_or(BODY_LIMIT, |limit| limit.0);
    async move {
        tokio::time::timeout(BODY_TIME_LIMIT, bytes)
            .await
            .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."))?
            .map_err(|error| unreadable(&error, limit))
    }
}

fn parse_form(bytes: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    serde_urlencoded::from_bytes(bytes)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("The body is not a form: {error}.")))
}

/// How many parts JSON has, at least: its brackets, braces, colons and commas outside of texts. What is no JSON has some number, too.
fn parts(bytes: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (0, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' | b':' | b',' if !is_text => count += 1,
            _ => {}
        }
    }
    count
}

fn unreadable(error: &actix_web::Error, limit: usize) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Problem::too_large(limit),
        _ => Problem::new(StatusCode::BAD_REQUEST, "The body broke off or is not encoded as it says."),
    }
}

#[cfg(test)]
mod tests;
