use super::method;
use crate::telemetry::REQUEST_METHOD;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use library_shared_http::route_of;
use opentelemetry::{
    context::FutureExt,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::{Status, TraceContextExt},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What OpenTelemetry's conventions call a method that HTTP does not define.
const OTHER_METHOD: &str = "_OTHER";

/// The middleware around a request's span: continues the trace that the client began (W3C Trace Context, `traceparent`).
///
/// # Errors
/// None of its own.
pub async fn continue_trace<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let context = TraceContextPropagator::new().extract(&Incoming(request.headers()));
    next.call(request).with_context(context).await
}

/// The middleware within a request's span: names it and says how it ended, as OpenTelemetry's conventions for HTTP want it, and tells
/// the client which span it was (`traceparent` again).
///
/// # Errors
/// None of its own.
pub async fn describe_request<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let span = Span::current();
    let (method, route) = (method::defined(request.method()), route_of(request.request()));
    let mut response = next.call(request).await?;
    let context = span.context();
    let shown = method.unwrap_or("HTTP");
    context.span().update_name(route.as_ref().map_or_else(|| shown.to_owned(), |route| format!("{shown} {route}")));
    span.set_attribute(REQUEST_METHOD, method.unwrap_or(OTHER_METHOD));
    if let Some(route) = route {
        span.set_attribute("http.route", route.to_string());
    }
    let status = response.status();
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
    TraceContextPropagator::new().inject_context(&context, &mut Outgoing(response.headers_mut()));
    Ok(response)
}

struct Incoming<'a>(&'a HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Outgoing<'a>(&'a mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, name: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
            && !value.is_empty()
        {
            self.0.insert(name, value);
        }
    }
}
