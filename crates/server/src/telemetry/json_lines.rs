use library_shared_domain::Clock;
use library_shared_infra::SystemClock;
use serde::Serialize;
use std::fmt::{self, Debug};
use time::{OffsetDateTime, UtcOffset, format_description::StaticFormatDescription, macros::format_description};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormattedFields,
        format::{FormatEvent, JsonFields, Writer},
    },
    registry::LookupSpan,
};

/// RFC 3339, in UTC, with microseconds.
const TIMESTAMP: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// How long most lines are at the most, in bytes.
const USUAL_LENGTH: usize = 512;

/// Writes an event as a line of JSON, which says the same as [`Json`](tracing_subscriber::fmt::format::Json) with flattened events and the list of spans does. That
/// one reads the fields of every span again for every line, and writes character by character: it took a third of a cached read.
pub struct JsonLines;

impl<S: Subscriber + for<'span> LookupSpan<'span>> FormatEvent<S, JsonFields> for JsonLines {
    fn format_event(&self, context: &FmtContext<'_, S, JsonFields>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Line(Vec::with_capacity(USUAL_LENGTH));
        line.raw(r#"{"timestamp":""#);
        line.time(SystemClock.now())?;
        line.raw(r#"","level":""#);
        line.raw(event.metadata().level().as_str());
        line.raw("\"");
        event.record(&mut line);
        line.raw(r#","spans":["#);
        for (place, span) in
            context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root).enumerate()
        {
            line.raw(if place == 0 { "{" } else { ",{" });
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<JsonFields>>().map_or("", |fields| fields.fields.as_str());
            // They have been written as an object already.
            if let Some(fields) =
                fields.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|fields| !fields.is_empty())
            {
                line.raw(fields);
                line.raw(",");
            }
            line.raw(r#""name":"#);
            line.json(span.name());
            line.raw("}");
        }
        line.raw("]}\n");
        writer.write_str(std::str::from_utf8(&line.0).map_err(|_| fmt::Error)?)
    }
}

/// A line that is being written.
struct Line(Vec<u8>);

impl Line {
    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn json(&mut self, value: impl Serialize) {
        // To memory, and of what always has a form in JSON: nothing can fail.
        drop(serde_json::to_writer(&mut self.0, &value));
    }

    fn time(&mut self, time: OffsetDateTime) -> fmt::Result {
        time.to_offset(UtcOffset::UTC).format_into(&mut self.0, TIMESTAMP).map(drop).map_err(|_| fmt::Error)
    }

    fn field(&mut self, field: &Field, value: impl Serialize) {
        self.raw(",");
        self.json(field.name().trim_start_matches("r#"));
        self.raw(":");
        self.json(value);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, format!("{value:?}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.field(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, value);
    }
}

#[cfg(test)]
mod tests {
    use super::JsonLines;
    use serde_json::Value;
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };
    use tracing_subscriber::{Layer, Registry, fmt, fmt::format::JsonFields, layer::SubscriberExt};

    /// A log that is kept.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Kept {
        fn lines(&self) -> Vec<Value> {
            let text = String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("UTF-8");
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        }
    }

    fn say_much() {
        tracing::info!("alone");
        let outer = tracing::error_span!("outer", request_id = %"a\"b\\c\u{1F600}\n", count = 3, missing = tracing::field::Empty);
        let _outer = outer.enter();
        tracing::warn!(
            text = "a\tb \u{0} ü",
            number = -1_i64,
            large = u64::MAX,
            fraction = 0.5,
            nothing = f64::NAN,
            yes = true,
            "with {}",
            "fields"
        );
        let inner = tracing::info_span!("inner");
        let _inner = inner.enter();
        outer.record("missing", 7);
        tracing::error!(method = %"GET", cause = ?Some("\"quoted\""), none = None::<u64>, r#type = "word");
        tracing::debug!(error = &io::Error::other("broken") as &dyn std::error::Error);
    }

    fn lines_of(layer: impl Layer<Registry> + Send + Sync, kept: &Kept) -> Vec<Value> {
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), say_much);
        kept.lines()
    }

    #[test]
    fn a_line_says_what_the_library_would_say() {
        let (ours, theirs) = (Kept::default(), Kept::default());
        let writer = |kept: &Kept| {
            let kept = kept.clone();
            move || kept.clone()
        };
        let our_layer = fmt::layer().fmt_fields(JsonFields::new()).event_format(JsonLines).with_writer(writer(&ours));
        let their_layer = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(true);
        let their_layer = their_layer.with_target(false).with_writer(writer(&theirs));
        let (mut ours, mut theirs) = (lines_of(our_layer, &ours), lines_of(their_layer, &theirs));
        assert_eq!(ours.len(), 4);
        for line in ours.iter_mut().chain(&mut theirs) {
            let timestamp = line.as_object_mut().and_then(|line| line.remove("timestamp")).expect("a time");
            let timestamp = timestamp.as_str().expect("a text");
            assert!(
                time::OffsetDateTime::parse(timestamp, &time::format_description::well_known::Rfc3339).is_ok(),
                "{timestamp}"
            );
            assert_eq!(timestamp.len(), "2026-11-21T22:27:18.221524Z".len());
            // The library leaves the list out where it is empty.
            let spans = line.as_object_mut().expect("an object").entry("spans").or_insert(Value::Array(Vec::new()));
            assert!(spans.is_array());
        }
        assert_eq!(ours, theirs);
    }
}
