use super::Metrics;
use crate::health::{HealthChecks, NO_STORE};
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Data,
};
use library_shared_http::Problem;

/// The text format of `OpenMetrics` 1.0, section "Text format".
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics`: what Prometheus scrapes. It ends in bounded time, because every check does.
pub async fn metrics(metrics: Data<Metrics>, checks: Data<HealthChecks>) -> Result<HttpResponse, Problem> {
    let text = metrics.text(&*checks.run().await).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, OPEN_METRICS)).insert_header((CACHE_CONTROL, NO_STORE)).body(text))
}
