use crate::{FieldError, Problem};
use library_shared_domain::InvalidText;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;
use std::{borrow::Cow, fmt::Display, ops::RangeInclusive};

/// A field of a body that should be a text. It accepts whatever stands there, so that every field of the body can be judged, and
/// not only the first one that is wrong.
#[derive(Debug, Default, Clone)]
pub enum TextField {
    /// There is none.
    #[default]
    Missing,
    /// It is null; where it is not [patched](FieldErrors::changed), that is as good as missing.
    Null,
    /// It is something else than a text.
    Mistyped,
    /// It is this text.
    Text(String),
}

impl<'de> Deserialize<'de> for TextField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Null,
            Value::String(text) => Self::Text(text),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Self::Mistyped,
        })
    }
}

/// A field of a body that should be an array of objects. As [`TextField`], it accepts whatever stands there; so do its objects, where
/// their fields do.
#[derive(Debug, Default, Clone)]
pub enum ObjectsField<T> {
    /// There is none, or it is null.
    #[default]
    Missing,
    /// It is something else than an array.
    Mistyped,
    /// It is an array of these; `None` stands for what is no object.
    Objects(Vec<Option<T>>),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for ObjectsField<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = |element: Value| element.is_object().then(|| T::deserialize(element).map_err(D::Error::custom)).transpose();
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Missing,
            Value::Array(elements) => Self::Objects(elements.into_iter().map(object).collect::<Result<_, _>>()?),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Self::Mistyped,
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
            TextField::Missing | TextField::Null => self.note(field, "is required"),
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
            TextField::Missing | TextField::Null => Some(T::default()),
            present => self.required(field, present, parse),
        }
    }

    /// Reads a field that must be an array of so many objects; `None` where it is not, which is noted.
    pub fn objects<T>(
        &mut self,
        field: &'static str,
        value: ObjectsField<T>,
        length: RangeInclusive<usize>,
    ) -> Option<Vec<Option<T>>> {
        match value {
            ObjectsField::Missing => self.note(field, "is required"),
            ObjectsField::Mistyped => self.note(field, "must be an array"),
            ObjectsField::Objects(objects) if length.contains(&objects.len()) => Some(objects),
            ObjectsField::Objects(_) => {
                self.note(field, format_args!("must have {} to {} elements", length.start(), length.end()))
            }
        }
    }

    /// Parses a field of a merge patch (RFC 7396) that may be changed but not removed; `None` where it stays as it is, or is wrong,
    /// which is noted.
    pub fn changed<T, E: Display>(
        &mut self,
        field: &'static str,
        value: TextField,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match value {
            TextField::Missing => None,
            TextField::Null => self.note(field, "cannot be removed"),
            present => self.required(field, present, parse),
        }
    }

    /// As [`changed`](Self::changed), for a field that may be removed, too, which makes it empty.
    pub fn changed_or_removed<T: Default, E: Display>(
        &mut self,
        field: &'static str,
        value: TextField,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match value {
            TextField::Null => Some(T::default()),
            other => self.changed(field, other, parse),
        }
    }

    /// Notes a field of a merge patch that cannot be changed, whatever stands there.
    pub fn unchangeable(&mut self, field: &'static str, value: &TextField) {
        match value {
            TextField::Missing => {}
            TextField::Null | TextField::Mistyped | TextField::Text(_) => drop(self.note::<()>(field, "cannot be changed")),
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

    /// Every field that is wrong.
    #[must_use]
    pub fn into_list(self) -> Vec<FieldError> {
        self.0
    }

    /// The problem that names every field that is wrong.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        Problem::invalid(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldErrors, ObjectsField, TextField};
    use serde_json::json;
    use std::collections::BTreeMap;

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
        assert_eq!(
            named(&errors),
            [("b", "must be digits"), ("c", "is required"), ("d", "must be a text"), ("f", "must be a text")]
        );
    }

    #[test]
    fn an_array_of_objects_is_read_whatever_stands_among_them() {
        let mut errors = FieldErrors::default();
        let mut read = |field, value| {
            let value: ObjectsField<BTreeMap<String, u32>> = serde_json::from_value(value).expect("anything is accepted");
            errors.objects(field, value, 1..=2)
        };
        let object = BTreeMap::from([("a".to_owned(), 1)]);
        assert_eq!(read("a", json!([{"a": 1}, 1])), Some(vec![Some(object), None]));
        assert_eq!(read("b", json!([null, []])), Some(vec![None, None]));
        for (field, value) in [("c", json!(null)), ("d", json!({})), ("e", json!([])), ("f", json!([1, 2, 3]))] {
            assert_eq!(read(field, value), None);
        }
        let bounds = "must have 1 to 2 elements";
        assert_eq!(named(&errors), [("c", "is required"), ("d", "must be an array"), ("e", bounds), ("f", bounds)]);
    }

    #[test]
    fn outside_of_a_patch_null_is_as_good_as_missing() {
        let mut errors = FieldErrors::default();
        assert_eq!(errors.required("a", TextField::Null, digits), None);
        assert_eq!(errors.optional("b", TextField::Null, digits), Some(0));
        assert_eq!(named(&errors), [("a", "is required")]);
    }

    #[test]
    fn a_field_of_a_patch_is_changed_removed_or_left_alone() {
        let mut errors = FieldErrors::default();
        assert_eq!(errors.changed("a", TextField::Missing, digits), None);
        assert_eq!(errors.changed("b", TextField::Text("1".to_owned()), digits), Some(1));
        assert_eq!(errors.changed_or_removed("c", TextField::Missing, digits), None);
        assert_eq!(errors.changed_or_removed("d", TextField::Text("1".to_owned()), digits), Some(1));
        assert_eq!(errors.changed_or_removed("e", TextField::Null, digits), Some(0));
        errors.unchangeable("f", &TextField::Missing);
        assert_eq!(named(&errors), []);
    }

    #[test]
    fn what_a_patch_may_not_do_is_named() {
        let mut errors = FieldErrors::default();
        assert_eq!(errors.changed("a", TextField::Null, digits), None);
        assert_eq!(errors.changed("b", TextField::Mistyped, digits), None);
        assert_eq!(errors.changed_or_removed("c", TextField::Text("x".to_owned()), digits), None);
        for value in [TextField::Null, TextField::Mistyped, TextField::Text("1".to_owned())] {
            errors.unchangeable("d", &value);
        }
        let cannot_be_changed = ("d", "cannot be changed");
        let expected = [("a", "cannot be removed"), ("b", "must be a text"), ("c", "must be digits")];
        assert_eq!(named(&errors), [&expected[..], &[cannot_be_changed; 3]].concat());
    }

    fn named(errors: &FieldErrors) -> Vec<(&str, &str)> {
        errors.0.iter().map(|error| (error.field.as_ref(), error.detail.as_str())).collect()
    }
}
