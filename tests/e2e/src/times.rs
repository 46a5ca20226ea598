use serde_json::Value;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// Stands in an expected body for a time that the test cannot know: any, in RFC 3339 and UTC.
pub const SOME_TIME: &str = "…";

/// The body with its times masked where the expected one has [`SOME_TIME`].
pub fn masked(body: Value, expected: &Value) -> Value {
    match (body, expected) {
        (Value::String(text), Value::String(time)) if time == SOME_TIME && is_time(&text) => SOME_TIME.into(),
        (Value::Object(fields), Value::Object(_)) => {
            fields.into_iter().map(|(name, value)| (name.clone(), masked(value, &expected[&name]))).collect()
        }
        (Value::Array(items), Value::Array(others)) => {
            let others = others.iter().chain(std::iter::repeat(&Value::Null));
            items.into_iter().zip(others).map(|(item, other)| masked(item, other)).collect()
        }
        (other, _) => other,
    }
}

fn is_time(text: &str) -> bool {
    text.ends_with('Z') && OffsetDateTime::parse(text, &Rfc3339).is_ok_and(|time| time.offset() == UtcOffset::UTC)
}
