use super::{ListField, Sort, Value};
use uuid::Uuid;

/// A place in a list: what an item is put in order by, and which side of it is wanted. The item itself need not be there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The item's values of the fields that the list is sorted by.
    pub values: Vec<Value>,
    /// The item's id.
    pub id: Uuid,
    /// Which side of it is wanted.
    pub side: Side,
}

/// A side of a place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What comes next.
    After,
    /// What comes before.
    Before,
}

impl Cursor {
    /// Whether it is a place in a list of this order.
    #[must_use]
    pub fn fits<F: ListField>(&self, sort: &Sort<F>) -> bool {
        self.values.len() == sort.keys().len() && self.values.iter().zip(sort.kinds()).all(|(value, kind)| value.is_of(kind))
    }
}
