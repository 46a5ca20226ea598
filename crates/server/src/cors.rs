use crate::config::Origin;
use actix_cors::Cors;
use actix_web::{
    http::{
        Method,
        header::{self, HeaderName},
    },
    middleware::Condition,
};

/// How long a browser may go on without asking whether it may send a request, in seconds: Chromium forgets it after two hours anyway.
const PREFLIGHT_AGE: usize = 3_600;

const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What pages may send beyond what browsers let them send to anybody.
const SENT: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-request-id"),
];

/// What pages may read beyond what browsers let them read of anybody.
const READ: [&str; 12] = [
    "Accept-Patch",
    "Allow",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Traceparent",
    "WWW-Authenticate",
    "X-Request-Id",
];

/// The middleware that lets pages of these origins ask from a browser (CORS, as the Fetch standard has it); none where there are none.
///
/// Who calls is known by a token that the page sends itself, never by what the browser adds, so credentials are not allowed. An origin
/// that is none of these is answered like any client, and its browser keeps the answer from it.
pub fn cors(origins: &[Origin]) -> Condition<Cors> {
    let cors = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin.as_str()));
    let cors = cors
        .allowed_methods(METHODS)
        .allowed_headers(SENT)
        .expose_headers(READ)
        .max_age(PREFLIGHT_AGE)
        .block_on_origin_mismatch(false);
    Condition::new(!origins.is_empty(), cors)
}
