use super::{ConfigProblems, Variable};
use std::{collections::BTreeMap, str::FromStr};

/// Reads variables one after the other and notes what is wrong with each.
pub(super) struct Reader {
    pub(super) values: BTreeMap<String, String>,
    pub(super) problems: ConfigProblems,
}

impl Reader {
    /// The text of a variable, given or by default.
    pub(super) fn text(&self, variable: Variable) -> Option<String> {
        self.values.get(variable.name).cloned().or_else(|| variable.default.map(str::to_owned))
    }

    /// The value of a variable that must have one.
    pub(super) fn required<T>(&mut self, variable: Variable, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        match self.text(variable) {
            None => self.refuse(variable, &format!("is required: {}", variable.rule)),
            Some(text) => match parse(&text) {
                Some(value) => Some(value),
                None => self.refuse(variable, &format!("must be {}", variable.rule)),
            },
        }
    }

    /// The value of a variable that need not have one. Where there is none and where it is wrong, which is noted, the answer is the same.
    pub(super) fn given<T>(&mut self, variable: Variable, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.text(variable)?;
        self.required(variable, parse)
    }

    /// A whole number that is greater than zero.
    pub(super) fn positive<T: FromStr + Default + PartialOrd>(&mut self, variable: Variable) -> Option<T> {
        self.required(variable, |text| text.parse().ok().filter(|number| *number > T::default()))
    }

    /// Notes what is wrong with a variable.
    pub(super) fn refuse<T>(&mut self, variable: Variable, message: &str) -> Option<T> {
        self.problems.add(variable.name, message);
        None
    }
}
