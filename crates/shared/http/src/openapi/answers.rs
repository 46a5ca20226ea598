use super::{any_text, common::PROBLEM_JSON};
use crate::{BODY_LIMIT, FieldError, Problem, rate_limit::quota_exceeded};
use actix_web::http::StatusCode;
use library_shared_app::ExecuteOnceError;
use library_shared_domain::DependencyError;
use serde_json::json;
use std::time::Duration;
use utoipa::{
    ToSchema,
    openapi::{ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type},
};

/// Which operations can answer something.
#[derive(Clone, Copy)]
pub enum Kind {
    Every,
    /// Those that are counted against the caller's quota.
    Limited,
    WithDatabase,
    /// With a body of any sort.
    WithBody,
    /// With a body of JSON, be it among others. Who takes forms alone, as OAuth prescribes, says what is answered to others.
    WithJson,
    /// With a body of JSON or a parameter.
    WithInput,
    BehindTheGate,
    /// For members alone who have proven their address.
    ForVerified,
    /// With this header.
    WithHeader(&'static str),
}

/// What the operations of a kind can answer besides what is their own.
pub struct Answer {
    pub kind: Kind,
    /// What the answer is called in the document.
    pub name: &'static str,
    /// When it is given.
    pub description: &'static str,
    /// An example.
    pub problem: Problem,
}

impl Answer {
    const fn new(kind: Kind, name: &'static str, description: &'static str, problem: Problem) -> Self {
        Self { kind, name, description, problem }
    }

    /// The answer, as the document has it.
    pub fn to_response(&self) -> Response {
        let schema = Ref::from_schema_name(Problem::name());
        let content = ContentBuilder::new().schema(Some(schema)).example(Some(json!(self.problem))).build();
        let response = ResponseBuilder::new().description(self.description).content(PROBLEM_JSON, content);
        let response = match self.problem.status() {
            StatusCode::UNAUTHORIZED => response.header("WWW-Authenticate", challenge()),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => response.header("Retry-After", seconds()),
            _ => response,
        };
        let mut response = response.build();
        if matches!(self.kind, Kind::Limited) {
            response.headers.extend(rate_limit_headers());
        }
        response
    }
}

/// Every such answer.
pub fn answers() -> Vec<Answer> {
    let problem = |status, detail: &'static str| Problem::new(status, detail);
    let not_a_uuid = FieldError { field: "id".into(), detail: "must be a UUID".to_owned() };
    vec![
        Answer::new(
            Kind::WithJson,
            "NotReadable",
            "The body cannot be read.",
            problem(StatusCode::BAD_REQUEST, "The body is not JSON: EOF while parsing a value at line 1 column 0."),
        ),
        Answer::new(
            Kind::BehindTheGate,
            "Unauthorized",
            "There is no access token, or it is not valid any longer.",
            Problem::unauthorized("An access token is needed: `Authorization: Bearer …`."),
        ),
        Answer::new(
            Kind::ForVerified,
            "Forbidden",
            "Who calls has not verified their email address.",
            Problem::forbidden("Your email address has yet to be verified."),
        ),
        Answer::new(
            Kind::WithBody,
            "TooSlow",
            "The body took longer than 30 seconds to arrive.",
            problem(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."),
        ),
        Answer::new(
            Kind::WithBody,
            "TooLarge",
            "The body is larger than 64 KiB, or has more than 50,000 parts.",
            Problem::too_large(BODY_LIMIT),
        ),
        Answer::new(
            Kind::WithJson,
            "UnsupportedType",
            "The body is of another content type, or compressed.",
            problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be of the type application/json, and not compressed."),
        ),
        Answer::new(
            Kind::WithHeader("If-Match"),
            "MalformedCondition",
            "The header of the condition is malformed, or the body cannot be read.",
            problem(StatusCode::BAD_REQUEST, "The header `If-Match` must be `*` or a list of entity tags, such as `\"1\"`."),
        ),
        Answer::new(
            Kind::WithHeader("If-None-Match"),
            "MalformedTags",
            "The header of the condition is malformed.",
            problem(StatusCode::BAD_REQUEST, "The header `If-None-Match` must be `*` or a list of entity tags, such as `\"1\"`."),
        ),
        Answer::new(
            Kind::WithHeader("If-Match"),
            "Changed",
            "It is in another state than the condition asks for.",
            Problem::precondition_failed(),
        ),
        Answer::new(
            Kind::WithHeader("Idempotency-Key"),
            "KeyInUse",
            "A request with this idempotency key is still being worked on.",
            ExecuteOnceError::Running.into(),
        ),
        Answer::new(
            Kind::WithInput,
            "InvalidFields",
            "Some fields cannot be accepted; each is named.",
            Problem::invalid(vec![not_a_uuid]),
        ),
        Answer::new(Kind::Limited, "TooMany", "The caller has made too many requests.", quota_exceeded(Duration::from_secs(6))),
        Answer::new(
            Kind::Every,
            "Fault",
            "A fault of the service, which the request's id finds in the log.",
            Problem::internal("an example"),
        ),
        Answer::new(
            Kind::WithDatabase,
            "Unavailable",
            "The database is away or too slow; the same request may succeed later.",
            DependencyError::unavailable("database", "an example").into(),
        ),
    ]
}

fn challenge() -> Header {
    let scheme = any_text().enum_values(Some(["Bearer", "Bearer error=\"invalid_token\""]));
    let description =
        "How to prove who calls; with the error where there is an access token, and it is not good (RFC 6750, section 3.1).";
    HeaderBuilder::new().schema(Some(scheme)).description(Some(description)).build()
}

/// Where a caller stands, in the fields of draft-ietf-httpapi-ratelimit-headers. They are not there where limits are switched off.
pub fn rate_limit_headers() -> [(String, RefOr<Header>); 2] {
    let header = |description: &str, example: &str| {
        RefOr::T(HeaderBuilder::new().schema(Some(any_text().examples([example]))).description(Some(description)).build())
    };
    let policy = "The quotas that the request was counted against: each with its requests, `q`, and its window in seconds, `w`.";
    let state = "What is left of them: requests, `r`, and the seconds until all are there again, `t`.";
    [
        ("RateLimit-Policy".to_owned(), header(policy, "\"caller\";q=600;w=60")),
        ("RateLimit".to_owned(), header(state, "\"caller\";r=599;t=1")),
    ]
}

fn seconds() -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    HeaderBuilder::new().schema(Some(seconds)).description(Some("How many seconds to wait.")).build()
}
