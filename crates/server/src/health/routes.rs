use super::{HealthChecks, ReadinessReport};
use crate::openapi::SERVICE;
use actix_web::{
    HttpResponse, Responder,
    http::header::{CACHE_CONTROL, HeaderValue},
    web::Data,
};
use library_shared_http::PrescribedBody;
use utoipa::ToSchema;

/// What was true of a moment is not to be told again.
pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What a server that is well says.
#[derive(ToSchema)]
#[schema(examples("OK"))]
enum Health {
    #[schema(rename = "OK")]
    #[expect(dead_code, reason = "it is there for its schema")]
    Ok,
}

/// `GET /health`: the server answers.
#[utoipa::path(
    get,
    path = "/health",
    tag = SERVICE,
    summary = "Ask whether the server answers",
    description = "It asks neither the database nor the cache.",
    responses((status = 200, description = "The server answers.", body = inline(Health))),
)]
pub async fn health() -> impl Responder {
    HttpResponse::Ok().json("OK")
}

/// `GET /health/live`: the process runs. One that does not answer is to be started anew.
#[utoipa::path(
    get,
    path = "/health/live",
    tag = SERVICE,
    summary = "Ask whether the process runs",
    description = "It asks neither the database nor the cache: to start the process anew would mend neither.",
    responses((status = 200, description = "The process runs.", body = inline(Health))),
)]
pub async fn live() -> impl Responder {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, NO_STORE)).json("OK")
}

/// `GET /health/ready`: whether requests should be sent here.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = SERVICE,
    summary = "Ask whether the service can do its work",
    description = "Asks the database, the cache and the queue of notifications, all at once, each for 0.8 seconds at most. Without its \
                   database the service is `down`, and when it is about to end; without anything else it is `degraded`, and goes on.",
    responses(
        (status = 200, description = "Requests are answered, be the service `up` or `degraded`.", body = ReadinessReport),
        (status = 503, description = "No requests should be sent here now: the service is `down`.", body = ReadinessReport),
    ),
)]
pub async fn ready(checks: Data<HealthChecks>) -> HttpResponse {
    let report = ReadinessReport::from(&*checks.run().await);
    let mut response = HttpResponse::build(report.status()).insert_header((CACHE_CONTROL, NO_STORE)).json(&report);
    // Probes read the report, whatever the status.
    response.extensions_mut().insert(PrescribedBody);
    response
}
