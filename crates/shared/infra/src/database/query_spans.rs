use diesel::connection::{Instrumentation, InstrumentationEvent};
use std::fmt::{self, Write};
use tracing::{Level, Span, field};

/// What diesel writes between a query and the values that are bound to it. The values may be personal or secret.
const BEFORE_VALUES: &str = " -- binds: ";

/// The most of a query's text that is kept.
const TEXT_LIMIT: usize = 2_000;

/// Makes a span of each query of a connection, with its text and without its values, beneath the span of who asked. A query that
/// nobody's span asked for, such as a look at an empty queue, has none.
///
/// The names are those of OpenTelemetry's semantic conventions for database spans.
pub struct QuerySpans {
    system: &'static str,
    /// The query that runs: a connection runs one at a time.
    running: Option<Span>,
}

impl QuerySpans {
    /// Spans of a connection to this database system.
    pub const fn on(system: &'static str) -> Self {
        Self { system, running: None }
    }

    fn start(&self, query: &dyn fmt::Display) -> Option<Span> {
        if !tracing::span_enabled!(Level::DEBUG) || Span::current().is_none() {
            return None;
        }
        let text = text_of(query);
        let operation = text.split_whitespace().next().unwrap_or_default();
        Some(tracing::debug_span!(
            "query",
            otel.name = operation,
            otel.kind = "client",
            otel.status_code = field::Empty,
            db.system.name = self.system,
            db.operation.name = operation,
            db.query.text = text,
        ))
    }
}

impl Instrumentation for QuerySpans {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => self.running = self.start(query),
            InstrumentationEvent::FinishQuery { error, .. } => {
                if let (Some(span), Some(_)) = (self.running.take(), error) {
                    span.record("otel.status_code", "ERROR");
                }
            }
            _ => {}
        }
    }
}

/// The text of a query up to where its values begin.
fn text_of(query: &dyn fmt::Display) -> String {
    let mut text = UpToValues(String::new());
    // It fails where it has enough, on purpose.
    let _ = write!(text, "{query}");
    let UpToValues(mut text) = text;
    if let Some(end) = text.find(BEFORE_VALUES) {
        text.truncate(end);
    }
    text
}

/// Takes a text until it has passed where the values begin, or is too long.
struct UpToValues(String);

impl Write for UpToValues {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = TEXT_LIMIT.saturating_sub(self.0.len());
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() > room || self.0.contains(BEFORE_VALUES) { Err(fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{TEXT_LIMIT, text_of};
    use diesel::{ExpressionMethods, QueryDsl, pg::Pg, sqlite::Sqlite};

    diesel::table! {
        members (id) {
            id -> Integer,
            email -> Text,
        }
    }

    #[test]
    fn the_text_of_a_query_holds_none_of_its_values() {
        let query = || members::table.filter(members::email.eq("ada -- binds: @example.com")).select(members::id);
        assert_eq!(
            text_of(&diesel::debug_query::<Pg, _>(&query())),
            r#"SELECT "members"."id" FROM "members" WHERE ("members"."email" = $1)"#
        );
        assert_eq!(
            text_of(&diesel::debug_query::<Sqlite, _>(&query())),
            "SELECT `members`.`id` FROM `members` WHERE (`members`.`email` = ?)"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        let text = text_of(&"é".repeat(TEXT_LIMIT));
        assert_eq!(text, "é".repeat(TEXT_LIMIT / 2));
    }
}
