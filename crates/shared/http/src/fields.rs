use crate::{FieldError, Problem};
use library_shared_domain::InvalidText;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::{borrow::Cow, fmt::Display};

/// A field of a body that should be a text. It accepts whatever stands there, so that every field of the body can be judged, and
/// not only the first one that is wrong.
#[derive(Debug, Default, Clone)]
pub enum TextField {
    /// There is none, or it is null.
    #[default]
    Missing,
    /// It is something else than a text.
    Mistyped,
    /// It is this text.
    Text(String),
}

impl<'de> Deserialize<'de> for TextField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Missing,
            Value::String(text) => Self::Text(text),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Self::Mistyped,
        })
    }
}

/// Collects what is wrong with the fields of one request.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Parses a field that must be there; `None` where it is wrong, which is noted.
    pub fn required<T, E: Display>(
        &mut self,
        field: &'static str,
        value: TextField,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match value {
            TextField::Missing => self.note(field, "is required"),
            TextField::Mistyped => self.note(field, "must be a text"),
            TextField::Text(text) if text.contains('\0') => self.note(field, InvalidText::ContainsNul),
            TextField::Text(text) => match parse(&text) {
                Ok(value) => Some(value),
                Err(error) => self.note(field, error),
            },
        }
    }

    /// Parses a field that may be missing.
    pub fn optional<T: Default, E: Display>(
        &mut self,
        field: &'static str,
        value: TextField,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match value {
            TextField::Missing => Some(T::default()),
            present => self.required(field, present, parse),
        }
    }

    /// Notes what is wrong with a field.
    pub fn note<T>(&mut self, field: impl Into<Cow<'static, str>>, detail: impl Display) -> Option<T> {
        self.0.push(FieldError { field: field.into(), detail: detail.to_string() });
        None
    }

    /// The value that the fields made, unless one of them is wrong.
    ///
    /// # Errors
    /// With a problem that names every field that is wrong.
    pub fn into_result<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() { Ok(value) } else { Err(self.into_problem()) }
    }

    /// The problem that names every field that is wrong.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        Problem::invalid(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldErrors, TextField};

    fn digits(text: &str) -> Result<u32, &'static str> {
        text.parse().map_err(|_| "must be digits")
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let mut errors = FieldErrors::default();
        let text = |text: &str| TextField::Text(text.to_owned());
        assert_eq!(errors.required("a", text("1"), digits), Some(1));
        assert_eq!(errors.required("b", text("x"), digits), None);
        assert_eq!(errors.required("c", TextField::Missing, digits), None);
        assert_eq!(errors.required("d", TextField::Mistyped, digits), None);
        assert_eq!(errors.optional("e", TextField::Missing, digits), Some(0));
        assert_eq!(errors.optional("f", TextField::Mistyped, digits), None);
        let named: Vec<_> = errors.0.iter().map(|error| (error.field.as_ref(), error.detail.as_str())).collect();
        assert_eq!(named, [("b", "must be digits"), ("c", "is required"), ("d", "must be a text"), ("f", "must be a text")]);
    }
}
