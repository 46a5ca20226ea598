use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message;
use std::collections::BTreeMap;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

/// A collector that takes traces as OpenTelemetry's own does: protobuf over HTTP.
pub struct Collector(MockServer);

/// A span that a collector has taken.
#[derive(Debug, Clone)]
pub struct CollectedSpan {
    /// The trace, in hexadecimal.
    pub trace: String,
    /// Its id, in hexadecimal.
    pub id: String,
    /// The id of the span that it is beneath, if any.
    pub parent: Option<String>,
    /// What it is called.
    pub name: String,
    /// Whether it is a server's, a client's, or of the inside.
    pub kind: SpanKind,
    /// Whether it is marked as an error.
    pub is_error: bool,
    /// What else is said of it, values as text.
    pub attributes: BTreeMap<String, String>,
}

impl Collector {
    /// A collector that listens.
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let takes = Mock::given(method("POST")).and(path("/v1/traces")).and(header("Content-Type", "application/x-protobuf"));
        takes.respond_with(ResponseTemplate::new(200)).mount(&server).await;
        Self(server)
    }

    /// What to give as `OTEL_EXPORTER_OTLP_ENDPOINT`.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.uri()
    }

    /// All that was sent, as it was sent.
    pub async fn bytes(&self) -> Vec<Vec<u8>> {
        let requests = self.0.received_requests().await.expect("requests are kept");
        requests.into_iter().map(|request| request.body).collect()
    }

    /// The services that sent.
    pub async fn services(&self) -> Vec<String> {
        let resources =
            self.exports().await.into_iter().flat_map(|export| export.resource_spans).filter_map(|spans| spans.resource);
        resources.filter_map(|resource| attributes(resource.attributes).remove("service.name")).collect()
    }

    /// The spans taken so far.
    pub async fn spans(&self) -> Vec<CollectedSpan> {
        let scopes =
            self.exports().await.into_iter().flat_map(|export| export.resource_spans).flat_map(|spans| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).map(CollectedSpan::from).collect()
    }

    async fn exports(&self) -> Vec<ExportTraceServiceRequest> {
        let decode = |bytes: Vec<u8>| ExportTraceServiceRequest::decode(bytes.as_slice()).expect("an export");
        self.bytes().await.into_iter().map(decode).collect()
    }
}

impl From<Span> for CollectedSpan {
    fn from(span: Span) -> Self {
        let span_id = |bytes: &[u8]| bytes.try_into().ok().map(|bytes| format!("{:016x}", u64::from_be_bytes(bytes)));
        let trace_id = u128::from_be_bytes(span.trace_id.as_slice().try_into().expect("sixteen bytes"));
        Self {
            trace: format!("{trace_id:032x}"),
            id: span_id(&span.span_id).expect("eight bytes"),
            parent: span_id(&span.parent_span_id),
            kind: span.kind(),
            is_error: span.status.is_some_and(|status| status.code == 2),
            name: span.name,
            attributes: attributes(span.attributes),
        }
    }
}

fn attributes(pairs: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(truth) => truth.to_string(),
        other => format!("{other:?}"),
    };
    let value = |pair: Option<AnyValue>| pair.and_then(|value| value.value).map(text);
    pairs.into_iter().filter_map(|pair| Some((pair.key, value(pair.value)?))).collect()
}
