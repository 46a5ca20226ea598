use super::{FieldKind, InvalidPattern, ListField, Pattern, Value, fold};
use crate::{InvalidId, InvalidText};
use std::cmp::Ordering;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// A condition on one field, that the items of a list have to meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter<F> {
    field: F,
    comparison: Comparison,
}

/// How a field is compared, and with what. Texts are greater and less by their [`order_key`](crate::order_key); codes by their one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// It is this value.
    Equal(Value),
    /// It is another value.
    NotEqual(Value),
    /// It comes after this value.
    Greater(Value),
    /// It comes after this value, or with it.
    GreaterOrEqual(Value),
    /// It comes before this value.
    Less(Value),
    /// It comes before this value, or with it.
    LessOrEqual(Value),
    /// It is one of these values.
    In(Vec<Value>),
    /// It is none of these values.
    NotIn(Vec<Value>),
    /// It matches this pattern.
    Like(Pattern),
    /// Folded, it matches this folded pattern: neither case nor accents count.
    FoldedLike(Pattern),
}

/// A way to compare, as clients name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each makes the comparison of the same name")]
pub enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    In,
    NotIn,
    Like,
    FoldedLike,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::In,
        Self::NotIn,
        Self::Like,
        Self::FoldedLike,
    ];

    /// What clients call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
            Self::In => "in",
            Self::NotIn => "not_in",
            Self::Like => "like",
            Self::FoldedLike => "ilike",
        }
    }

    /// The operator that clients call so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// Whether fields of this kind can be compared in this way.
    #[must_use]
    pub const fn is_for(self, kind: FieldKind) -> bool {
        match self {
            Self::Equal | Self::NotEqual => true,
            Self::In | Self::NotIn => !matches!(kind, FieldKind::Flag),
            Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual => {
                matches!(kind, FieldKind::Text | FieldKind::Code(_) | FieldKind::Time)
            }
            Self::Like | Self::FoldedLike => matches!(kind, FieldKind::Text | FieldKind::Code(_)),
        }
    }
}

/// The field cannot be compared so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilter {
    /// The operator is not one for this field.
    #[error("cannot be compared so; there are {allowed}")]
    Operator {
        /// What there is.
        allowed: String,
    },
    /// The value is no time.
    #[error("must be a time such as 2026-11-20T16:14:56Z (RFC 3339)")]
    Time,
    /// The value is no id.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// The value is neither true nor false.
    #[error("must be true or false")]
    Flag,
    /// The value cannot be the text of a field.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// The value is no pattern.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
    /// There are too many values.
    #[error("must be at most {} values", Filter::<()>::MAXIMUM_VALUES)]
    TooManyValues,
}

impl InvalidFilter {
    /// The error of an operator that is not one for fields of this kind, or none at all.
    #[must_use]
    pub fn operator(kind: FieldKind) -> Self {
        let allowed = Operator::ALL.into_iter().filter(|operator| operator.is_for(kind)).map(Operator::name);
        Self::Operator { allowed: allowed.collect::<Vec<_>>().join(", ") }
    }
}

impl<F> Filter<F> {
    /// The most values that a field is compared with at once.
    pub const MAXIMUM_VALUES: usize = 100;

    /// How the field is compared.
    #[must_use]
    pub const fn comparison(&self) -> &Comparison {
        &self.comparison
    }
}

impl<F: ListField> Filter<F> {
    /// Reads what a field is to be compared with. Several values have commas between them; a backslash before a comma makes it
    /// part of a value.
    ///
    /// # Errors
    /// Where the operator is not one for the field, or the value is of another type.
    pub fn parse(field: F, operator: Operator, text: &str) -> Result<Self, InvalidFilter> {
        let kind = field.kind();
        if !operator.is_for(kind) {
            return Err(InvalidFilter::operator(kind));
        }
        let comparison = match operator {
            Operator::Equal => Comparison::Equal(parse_value(kind, text)?),
            Operator::NotEqual => Comparison::NotEqual(parse_value(kind, text)?),
            Operator::Greater => Comparison::Greater(parse_value(kind, text)?.for_order(kind)),
            Operator::GreaterOrEqual => Comparison::GreaterOrEqual(parse_value(kind, text)?.for_order(kind)),
            Operator::Less => Comparison::Less(parse_value(kind, text)?.for_order(kind)),
            Operator::LessOrEqual => Comparison::LessOrEqual(parse_value(kind, text)?.for_order(kind)),
            Operator::In => Comparison::In(parse_values(kind, text)?),
            Operator::NotIn => Comparison::NotIn(parse_values(kind, text)?),
            Operator::Like => Comparison::Like(parse_pattern(kind, text)?),
            // A code has one spelling, which the pattern is brought into.
            Operator::FoldedLike if matches!(kind, FieldKind::Code(_)) => Comparison::Like(parse_pattern(kind, text)?),
            Operator::FoldedLike => Comparison::FoldedLike(parse_pattern(kind, text)?.map_literals(fold)),
        };
        Ok(Self { field, comparison })
    }

    /// The condition that a field is this value.
    ///
    /// # Panics
    /// Where the field has other values, which is a fault of the caller's.
    #[must_use]
    pub fn equal(field: F, value: Value) -> Self {
        assert!(value.is_of(field.kind()), "{field:?} has no such values");
        Self { field, comparison: Comparison::Equal(value) }
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> F {
        self.field
    }

    /// Whether an item meets the condition at this moment.
    #[must_use]
    pub fn matches(&self, item: &F::Item, now: OffsetDateTime) -> bool {
        let value = self.field.value(item, now);
        let ordering = |other: &Value| value.clone().for_order(self.field.kind()).cmp(other);
        match &self.comparison {
            Comparison::Equal(other) => value == *other,
            Comparison::NotEqual(other) => value != *other,
            Comparison::Greater(other) => ordering(other) == Ordering::Greater,
            Comparison::GreaterOrEqual(other) => ordering(other) != Ordering::Less,
            Comparison::Less(other) => ordering(other) == Ordering::Less,
            Comparison::LessOrEqual(other) => ordering(other) != Ordering::Greater,
            Comparison::In(others) => others.contains(&value),
            Comparison::NotIn(others) => !others.contains(&value),
            Comparison::Like(pattern) => matches!(&value, Value::Text(text) if pattern.matches(text)),
            Comparison::FoldedLike(pattern) => matches!(&value, Value::Text(text) if pattern.matches(&fold(text))),
        }
    }
}

fn parse_value(kind: FieldKind, text: &str) -> Result<Value, InvalidFilter> {
    if text.contains('\0') {
        return Err(InvalidText::ContainsNul.into());
    }
    match kind {
        FieldKind::Text => Ok(Value::Text(text.to_owned())),
        FieldKind::Code(spell) => Ok(Value::Text(spell(text))),
        FieldKind::Time => parse_time(text).map(Value::Time).ok_or(InvalidFilter::Time),
        FieldKind::Id => Uuid::try_parse(text).map(Value::Id).map_err(|_| InvalidId.into()),
        FieldKind::Flag => text.parse().map(Value::Flag).map_err(|_| InvalidFilter::Flag),
    }
}

/// A time that a client has sent, in UTC and to the microsecond, the finest that every database keeps; `None` where there is no such
/// time in UTC, as before the first and after the last year that can be written.
#[must_use]
pub fn in_utc(time: OffsetDateTime) -> Option<OffsetDateTime> {
    let time = time.checked_to_offset(UtcOffset::UTC).filter(|time| (0..=9_999).contains(&time.year()))?;
    time.replace_nanosecond(time.nanosecond() / 1_000 * 1_000).ok()
}

fn parse_time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().and_then(in_utc)
}

fn parse_values(kind: FieldKind, text: &str) -> Result<Vec<Value>, InvalidFilter> {
    let mut texts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let current = texts.last_mut();
        match (character, current) {
            ('\\', Some(current)) if matches!(characters.peek(), Some(',' | '\\')) => current.extend(characters.next()),
            (',', _) => texts.push(String::new()),
            (other, Some(current)) => current.push(other),
            (_, None) => {}
        }
        if texts.len() > Filter::<()>::MAXIMUM_VALUES {
            return Err(InvalidFilter::TooManyValues);
        }
    }
    texts.iter().map(|text| parse_value(kind, text)).collect()
}

fn parse_pattern(kind: FieldKind, text: &str) -> Result<Pattern, InvalidFilter> {
    let pattern = Pattern::parse(text)?;
    Ok(match kind {
        FieldKind::Code(spell) => pattern.map_literals(spell),
        FieldKind::Text | FieldKind::Time | FieldKind::Id | FieldKind::Flag => pattern,
    })
}
