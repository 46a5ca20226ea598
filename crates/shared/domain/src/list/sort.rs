use super::{FieldKind, ListField};
use std::{cmp::Ordering, fmt};

/// Which way a list is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The greatest first.
    Descending,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    /// An ordering, this way round.
    #[must_use]
    pub const fn apply(self, ordering: Ordering) -> Ordering {
        match self {
            Self::Ascending => ordering,
            Self::Descending => ordering.reverse(),
        }
    }
}

/// The order of a list: by some fields, one after the other, and at last by id, the way of the last field. By no field, it is
/// the newest first: ids are made in the order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort<F>(Vec<(F, Direction)>);

/// The text is no order of this list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSort {
    /// It names something that the list cannot be put in order by.
    #[error("`{name}` is no field to sort by; there are {allowed}")]
    UnknownField {
        /// What it names.
        name: String,
        /// What it may name.
        allowed: String,
    },
    /// It names too many fields.
    #[error("must name at most {} fields", Sort::<()>::MAXIMUM_FIELDS)]
    TooMany,
}

impl<F> Sort<F> {
    /// The most fields.
    pub const MAXIMUM_FIELDS: usize = 3;

    /// The fields, the first deciding first.
    #[must_use]
    pub fn keys(&self) -> &[(F, Direction)] {
        &self.0
    }

    /// Which way the ids go among items that are equal in every field.
    #[must_use]
    pub fn direction_of_ids(&self) -> Direction {
        self.0.last().map_or(Direction::Descending, |(_, direction)| *direction)
    }
}

impl<F> Default for Sort<F> {
    /// The newest first.
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<F: ListField> Sort<F> {
    /// Reads names of fields with commas between them, each with a minus before it where the greatest comes first.
    ///
    /// # Errors
    /// Where a name is that of no field to sort by, or there are too many.
    pub fn parse(text: &str) -> Result<Self, InvalidSort> {
        let mut keys: Vec<(F, Direction)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (name, direction) =
                part.strip_prefix('-').map_or((part, Direction::Ascending), |name| (name, Direction::Descending));
            let field = F::named(name).filter(|field| field.kind().is_sortable()).ok_or_else(|| unknown::<F>(name))?;
            // Named again, a field decides nothing: what is left to decide is equal in it.
            if !keys.iter().any(|(other, _)| *other == field) {
                keys.push((field, direction));
            }
        }
        if keys.len() > Self::MAXIMUM_FIELDS { Err(InvalidSort::TooMany) } else { Ok(Self(keys)) }
    }

    /// The kinds of the values that an item is put in order by, but for its id.
    #[must_use]
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = FieldKind> {
        self.0.iter().map(|(field, _)| field.kind())
    }
}

fn unknown<F: ListField>(name: &str) -> InvalidSort {
    let sortable = F::ALL.iter().filter(|field| field.kind().is_sortable());
    let allowed = sortable.map(|field| field.name()).collect::<Vec<_>>().join(", ");
    InvalidSort::UnknownField { name: name.chars().take(50).collect(), allowed }
}

impl<F: ListField> fmt::Display for Sort<F> {
    /// As [`parse`](Self::parse) reads it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, direction)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let minus = if *direction == Direction::Descending { "-" } else { "" };
            write!(formatter, "{comma}{minus}{}", field.name())?;
        }
        Ok(())
    }
}
