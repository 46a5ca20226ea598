use crate::RequestId;
use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use library_shared_domain::{Cause, DependencyError, error_chain};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, error::Error, fmt, time::Duration};
use utoipa::ToSchema;

/// How long a client is asked to wait before it tries again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// What went wrong, as the client is told: problem details (RFC 9457).
///
/// A handler answers with one where it cannot answer with what was asked for; [`observe`](crate::observe) writes it out with the
/// request's id and logs its cause, which the client does not see but in development.
#[derive(Debug)]
pub struct Problem(Box<Details>);

/// A problem's insides, behind one pointer: it travels in the error of every handler.
#[derive(Debug)]
struct Details {
    status: StatusCode,
    kind: Option<Kind>,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    header: Option<(HeaderName, HeaderValue)>,
    cause: Option<Cause>,
}

/// A kind of problem that a client may want to tell from others of the same status.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kind {
    name: Cow<'static, str>,
    title: Cow<'static, str>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Which field of the body, parameter of the query or part of the path.
    #[schema(value_type = String, example = "isbn")]
    pub field: Cow<'static, str>,
    /// The rule that it breaks.
    #[schema(example = "is required")]
    pub detail: String,
}

/// What is kept of a problem that is to be told again.
#[derive(Serialize, Deserialize)]
pub struct ProblemRecord {
    status: u16,
    kind: Option<Kind>,
    detail: String,
    errors: Vec<FieldError>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: Cow<'static, str>,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    request_id: &'a RequestId,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

impl Problem {
    /// A problem that its status says enough of.
    pub fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        Self(Box::new(Details { status, kind: None, detail, errors: Vec::new(), header: None, cause: None }))
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409: it contradicts what there is. The name tells this conflict from others.
    pub fn conflict(name: &'static str, title: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, detail).of_kind(name, title)
    }

    /// 412: the resource is in another state than the client expects.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "It has changed: its ETag is none of those that If-Match names.")
    }

    /// 415: the body is of a type that is not accepted here, or compressed.
    #[must_use]
    pub fn unsupported_media_type(accepted: &str) -> Self {
        let detail = format!("The body must be of the type {accepted}, and not compressed.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    /// 401: who calls must prove who they are (RFC 9110, section 15.5.2).
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail).with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 401: there is an access token, and it is not good (RFC 6750, section 3.1).
    #[must_use]
    pub fn bad_access_token() -> Self {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        Self::new(StatusCode::UNAUTHORIZED, "The access token is not valid, or no longer.")
            .with_header(header::WWW_AUTHENTICATE, challenge)
    }

    /// 403: who calls is known, and may not do this.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 422: it can be read, but not accepted; each field that is wrong is named.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = "Some fields cannot be accepted; see `errors`.";
        let mut problem = Self::unprocessable("invalid-fields", "Invalid fields", detail);
        problem.0.errors = errors;
        problem
    }

    /// 422: every field is well formed, but what is asked for cannot be done.
    pub fn unprocessable(name: &'static str, title: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).of_kind(name, title)
    }

    /// 429: this was asked too often, and may be asked again after some time (RFC 6585, section 4). The name tells what was too much.
    pub fn too_many(name: &'static str, title: &'static str, detail: impl Into<Cow<'static, str>>, wait: Duration) -> Self {
        let seconds = HeaderValue::from(seconds_up(wait).max(1));
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail).of_kind(name, title).with_header(header::RETRY_AFTER, seconds)
    }

    /// 413: the body has more bytes than this.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body may have at most {limit} bytes."))
    }

    /// 413: the body has more brackets, braces, colons and commas than this.
    #[must_use]
    pub fn too_many_parts(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body may have at most {limit} parts: brackets, braces, colons and commas."),
        )
    }

    /// 500: a fault of ours. The cause goes to the log alone.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        let detail = "Something went wrong on our side. The request's id finds it in the log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail).caused_by(cause)
    }

    fn of_kind(mut self, name: &'static str, title: &'static str) -> Self {
        self.0.kind = Some(Kind { name: name.into(), title: title.into() });
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    /// Asks the client to try again soon.
    pub(crate) fn asking_to_try_again(self) -> Self {
        self.with_header(header::RETRY_AFTER, RETRY_AFTER)
    }

    fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// What a response without a problem of its own says by its status, such as the router's 405.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::NOT_FOUND => "There is nothing at this path.",
            StatusCode::METHOD_NOT_ALLOWED => "This path does not take this method; the header Allow says which it takes.",
            _ => status.canonical_reason().unwrap_or("The request cannot be answered."),
        };
        Self::new(status, detail)
    }

    /// The status that it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What the client is told, in a sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The document that is the body, with the cause where it is to be shown.
    pub(crate) fn to_json(&self, request_id: &RequestId, cause: Option<&str>) -> Vec<u8> {
        let kind = self.0.kind.as_ref();
        let document = Document {
            r#type: kind.map_or(Cow::Borrowed("about:blank"), |kind| format!("tag:library.example,2026:{}", kind.name).into()),
            title: kind.map_or_else(|| self.0.status.canonical_reason().unwrap_or("Error"), |kind| &kind.title),
            status: self.0.status.as_u16(),
            detail: &self.0.detail,
            errors: &self.0.errors,
            request_id,
            cause,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }

    /// What is to be kept of it: neither its cause nor its header.
    pub(crate) fn to_record(&self) -> ProblemRecord {
        let Details { status, kind, detail, errors, header: _, cause: _ } = &*self.0;
        ProblemRecord { status: status.as_u16(), kind: kind.clone(), detail: detail.clone().into_owned(), errors: errors.clone() }
    }

    /// The problem that was kept.
    ///
    /// # Errors
    /// Where its status is none.
    pub(crate) fn from_record(record: ProblemRecord) -> Result<Self, Self> {
        let mut problem = Self::new(StatusCode::from_u16(record.status).map_err(Self::internal)?, record.detail);
        problem.0.kind = record.kind;
        problem.0.errors = record.errors;
        Ok(problem)
    }

    /// The cause with the causes beneath it, for the log.
    pub(crate) fn cause_chain(&self) -> Option<String> {
        self.0.cause.as_ref().map(|cause| error_chain(cause.as_ref()))
    }
}

/// A time in whole seconds, not shortened.
pub(crate) fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl From<DependencyError> for Problem {
    /// The one place where failed machinery becomes a response: 503 where the same request may succeed later, else 500.
    fn from(error: DependencyError) -> Self {
        match error {
            DependencyError::Unavailable { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Something that this needs is not available. Please try again.")
                    .asking_to_try_again()
                    .caused_by(error)
            }
            DependencyError::Failed { .. } => Self::internal(error),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.0.status, self.0.detail)
    }
}

impl Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// The status and the headers; [`observe`](crate::observe) writes the body.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.0.status);
        if let Some((name, value)) = &self.0.header {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldError, Problem};
    use crate::RequestId;
    use actix_web::{
        ResponseError,
        http::{StatusCode, header::HeaderValue},
    };
    use library_shared_domain::DependencyError;
    use serde_json::{Value, json};

    fn document(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.to_json(&RequestId::parse("r-1").expect("an id"), None)).expect("JSON")
    }

    #[test]
    fn a_422_names_each_field() {
        let errors = vec![FieldError { field: "title".into(), detail: "must not be empty".to_owned() }];
        assert_eq!(
            document(&Problem::invalid(errors)),
            json!({
                "type": "tag:library.example,2026:invalid-fields",
                "title": "Invalid fields",
                "status": 422,
                "detail": "Some fields cannot be accepted; see `errors`.",
                "errors": [{"field": "title", "detail": "must not be empty"}],
                "request_id": "r-1",
            })
        );
    }

    #[test]
    fn a_500_says_nothing_of_its_cause_but_the_log_does() {
        let problem = Problem::from(DependencyError::failed("database", "the secret cause"));
        assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!document(&problem).to_string().contains("secret"));
        assert_eq!(problem.cause_chain().as_deref(), Some("database failed: the secret cause"));
    }

    #[test]
    fn what_may_pass_is_a_503_that_says_when_to_come_again() {
        let problem = Problem::from(DependencyError::unavailable("database", "away"));
        assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(problem.error_response().headers().contains_key("retry-after"));
    }

    #[test]
    fn a_401_says_how_to_prove_who_calls() {
        let challenge = |problem: Problem| problem.error_response().headers().get("www-authenticate").cloned();
        assert_eq!(challenge(Problem::unauthorized("who?")), Some(HeaderValue::from_static("Bearer")));
        let of_a_bad_token = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        assert_eq!(challenge(Problem::bad_access_token()), Some(of_a_bad_token));
    }
}
