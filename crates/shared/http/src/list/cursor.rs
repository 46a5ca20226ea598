use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use library_shared_domain::{Cursor, ListField, Side, Sort, Value, in_utc};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// How a cursor travels: as JSON in base64url (RFC 4648, section 5). What it holds is nothing that the page before did not show.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The order that it belongs to.
    sort: String,
    values: Vec<ValueRecord>,
    id: Uuid,
    is_before: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ValueRecord {
    Text(String),
    #[serde(with = "time::serde::rfc3339")]
    Time(OffsetDateTime),
    Id(Uuid),
    Flag(bool),
}

pub(super) fn encode<F: ListField>(cursor: &Cursor, sort: &Sort<F>) -> String {
    let values = cursor.values.iter().map(|value| match value {
        Value::Text(text) => ValueRecord::Text(text.clone()),
        Value::Time(time) => ValueRecord::Time(*time),
        Value::Id(id) => ValueRecord::Id(*id),
        Value::Flag(flag) => ValueRecord::Flag(*flag),
    });
    let record =
        Record { sort: sort.to_string(), values: values.collect(), id: cursor.id, is_before: cursor.side == Side::Before };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&record).unwrap_or_default())
}

/// The cursor that a client sends back; `None` where it is none of a list in this order.
pub(super) fn decode<F: ListField>(text: &str, sort: &Sort<F>) -> Option<Cursor> {
    let record: Record = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    if record.sort != sort.to_string() {
        return None;
    }
    let value = |record| match record {
        // No text that was listed has it, and PostgreSQL takes none that does.
        ValueRecord::Text(text) if text.contains('\0') => None,
        ValueRecord::Text(text) => Some(Value::Text(text)),
        ValueRecord::Time(time) => in_utc(time).map(Value::Time),
        ValueRecord::Id(id) => Some(Value::Id(id)),
        ValueRecord::Flag(flag) => Some(Value::Flag(flag)),
    };
    let values = record.values.into_iter().map(value).collect::<Option<_>>()?;
    let side = if record.is_before { Side::Before } else { Side::After };
    Some(Cursor { values, id: record.id, side })
}
