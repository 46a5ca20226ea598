use library_notification_infra::PRINTED_MAIL_TARGET;
use opentelemetry::{
    KeyValue,
    trace::{SpanKind, TracerProvider},
};
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use std::time::Duration;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};
use url::Url;

/// How long a stop waits for the last spans to be taken.
const FLUSH_LIMIT: Duration = Duration::from_secs(3);

/// Where a collector takes traces: below the address that is given for all signals (OTLP/HTTP).
const TRACES: &str = "v1/traces";

/// Where OpenTelemetry says which service sends.
const SERVICE_NAME: &str = "service.name";

/// The attribute that the span of a request has, and no other.
pub const REQUEST_METHOD: &str = "http.request.method";

/// The spans of the service on their way to a collector, in batches and from a thread of their own: no request waits for it.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends spans to the collector at this address, as protobuf over HTTP. What else there is to say to OpenTelemetry, such as the
    /// sampler or the headers of its requests, the standard variables say (`OTEL_…`).
    ///
    /// # Errors
    /// Where those cannot be followed.
    pub fn to(collector: &Url) -> Result<Self, ExporterBuildError> {
        let address = format!("{}/{TRACES}", collector.as_str().trim_end_matches('/'));
        let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(address).build()?;
        Ok(Self(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(MarkingServers(exporter)).build()))
    }

    /// Takes the service's own spans, and no other crate's. A mail that is printed holds a token, which nobody else is to have.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let own = Targets::new().with_target("library", LevelFilter::DEBUG).with_target(PRINTED_MAIL_TARGET, LevelFilter::OFF);
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("library")).with_filter(own)
    }

    /// Waits, for three seconds at most, until the collector has what there is.
    pub async fn flush(self) {
        match tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH_LIMIT)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = %error, "traces_not_flushed"),
            Err(error) => tracing::error!(error = %error, "traces_not_flushed"),
        }
    }
}

/// Who sends: what the standard variables say, and the name of the service where they say none.
fn resource() -> Resource {
    let standard = Resource::builder().build().get(&SERVICE_NAME.into()).map(|name| name.to_string());
    let name = standard.filter(|name| !name.starts_with("unknown_service")).unwrap_or_else(|| "library".to_owned());
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    Resource::builder().with_attribute(version).with_service_name(name).build()
}

/// Says of the spans of requests that they are a server's. Tracing could say so in a field of the span, but fields stand on every line
/// of the log.
#[derive(Debug)]
struct MarkingServers<E>(E);

impl<E: SpanExporter> SpanExporter for MarkingServers<E> {
    async fn export(&self, mut spans: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut spans {
            if span.attributes.iter().any(|attribute| attribute.key.as_str() == REQUEST_METHOD) {
                span.span_kind = SpanKind::Server;
            }
        }
        self.0.export(spans).await
    }

    fn shutdown_with_timeout(&self, limit: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(limit)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}
