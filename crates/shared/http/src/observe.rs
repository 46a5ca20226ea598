use crate::{Problem, RequestId, routes::route_of};
use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// As data of the app: a problem of a fault of ours tells its cause to the client, too, in the member `cause`. For development alone, for
/// a cause may name servers, tables and files.
#[derive(Debug, Clone, Copy)]
pub struct ShowCauses;

/// Marks a response whose body is prescribed by another standard than RFC 9457, such as OAuth's errors: it stays as it is. It goes into
/// the response's extensions.
#[derive(Debug, Clone, Copy)]
pub struct PrescribedBody;

/// The middleware around everything: gives the request its id, logs that it began and how it ended, and writes every error as
/// problem details, unless it is a page or has a [`PrescribedBody`].
///
/// # Errors
/// None of its own.
pub async fn observe(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .and_then(RequestId::parse)
        .unwrap_or_else(RequestId::generate);
    // At the level of errors, so that the id stands on every line, however few levels are shown.
    let span = tracing::error_span!("request", request_id = %id);
    observe_in_span(id, request, next).instrument(span).await
}

async fn observe_in_span(
    id: RequestId,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (method, path) = (request.method().clone(), loggable(route_of(request.request()).as_deref(), request.path()));
    tracing::info!(%method, path, "request_started");
    let started = Instant::now();
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = if is_error_without_body(&response) { write_problem(&id, response) } else { response };
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let duration_ms = started.elapsed().as_secs_f64() * 1_000.0;
    tracing::info!(%method, path, status_code = response.status().as_u16(), duration_ms, "request_finished");
    Ok(response)
}

/// A path as the log may show it: the words of a route, and UUIDs where it has a parameter. Anything else that clients write there
/// may be personal or secret.
fn loggable(route: Option<&str>, path: &str) -> String {
    let Some(route) = route else { return "*".to_owned() };
    let is_shown = |word: &str, segment: &str| word == segment || Uuid::try_parse(segment).is_ok();
    let segments = route.split('/').zip(path.split('/'));
    segments.map(|(word, segment)| if is_shown(word, segment) { segment } else { "*" }).collect::<Vec<_>>().join("/")
}

/// Whether the response is an error that is not written yet, neither for people nor as another standard prescribes.
fn is_error_without_body(response: &ServiceResponse) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_page = content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let is_prescribed = response.response().extensions().contains::<PrescribedBody>();
    !is_page && !is_prescribed && (response.status().is_client_error() || response.status().is_server_error())
}

fn write_problem(id: &RequestId, response: ServiceResponse) -> ServiceResponse {
    let status = response.status();
    let error = response.response().error();
    let problem = error.and_then(|error| error.as_error::<Problem>());
    let mut cause = None;
    if status.is_server_error() {
        cause = problem.map_or_else(|| error.map(ToString::to_string), Problem::cause_chain);
        tracing::error!(status_code = status.as_u16(), cause, "request_failed");
    }
    let shown = cause.as_deref().filter(|_| response.request().app_data::<ShowCauses>().is_some());
    let body = problem.map_or_else(|| Problem::of_status(status).to_json(id, shown), |problem| problem.to_json(id, shown));
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM_JSON);
    response
}

#[cfg(test)]
mod tests;
