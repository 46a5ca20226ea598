use super::encode::DurationMetric;
use crate::http::method;
use actix_web::{
    Error,
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
};
use library_shared_http::route_of;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};
use std::time::Instant;

/// The route of a request that none takes, and the method of one that HTTP does not define: clients choose both, without end.
const UNMATCHED: &str = "unmatched";
const OTHER: &str = "other";

/// Counts requests, by what there is a bounded number of.
#[derive(Clone, Default)]
pub struct RequestMetrics {
    durations: Family<RequestLabels, DurationMetric>,
    in_flight: Gauge,
}

/// What requests are told apart by. There is no id in it: the route is the template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

/// A request that is being answered, until this is dropped.
struct InFlight<'a>(&'a Gauge);

impl RequestMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "How long requests took to be answered, by method, template of the route and status";
        registry.register("http_request_duration_seconds", help, self.durations.clone());
        registry.register("http_requests_in_flight", "How many requests are being answered", self.in_flight.clone());
    }

    fn enter(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The middleware that counts every request. One whose client leaves before the answer is not counted.
///
/// # Errors
/// None of its own.
pub async fn measure<B>(metrics: RequestMetrics, request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error>
where
    B: actix_web::body::MessageBody,
{
    let _in_flight = metrics.enter();
    let started = Instant::now();
    let method = method::defined(request.method()).unwrap_or(OTHER);
    let route = route_of(request.request()).map_or_else(|| UNMATCHED.to_owned(), |route| route.to_string());
    let outcome = next.call(request).await;
    let status = outcome.as_ref().map_or_else(|error| error.as_response_error().status_code(), ServiceResponse::status);
    let labels = RequestLabels { method, route, status: StatusCode::as_u16(&status) };
    metrics.durations.get_or_create(&labels).0.observe(started.elapsed());
    outcome
}
