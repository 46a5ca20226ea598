use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// The fields by which the items of a list may be filtered, and put in order: an allow-list.
pub trait ListField: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// What is listed.
    type Item;

    /// The fields that clients may name.
    const ALL: &'static [Self];

    /// What clients call it.
    fn name(self) -> &'static str;

    /// What its values are.
    fn kind(self) -> FieldKind;

    /// Its value in this item, at this moment. Only flags may depend on the moment.
    fn value(self, item: &Self::Item, now: OffsetDateTime) -> Value;

    /// The id of an item, which settles the order of those that are equal in everything else.
    fn id(item: &Self::Item) -> Uuid;

    /// The field that clients call so.
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// What an item is put in order by: a list has one order, whatever the moment.
    #[must_use]
    fn order_value(self, item: &Self::Item) -> Value {
        self.value(item, OffsetDateTime::UNIX_EPOCH).for_order(self.kind())
    }
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// A text that people read. It is equal where it is the same, and put in order by its [`order_key`](crate::order_key).
    Text,
    /// A text that has one spelling, which this function finds; it is compared by that alone.
    Code(fn(&str) -> String),
    /// A time.
    Time,
    /// The id of something.
    Id,
    /// True or false.
    Flag,
}

impl FieldKind {
    /// Whether lists can be put in order by it.
    #[must_use]
    pub const fn is_sortable(self) -> bool {
        matches!(self, Self::Text | Self::Code(_) | Self::Time)
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Of a [`FieldKind::Text`] or a [`FieldKind::Code`].
    Text(String),
    /// Of a [`FieldKind::Time`].
    Time(OffsetDateTime),
    /// Of a [`FieldKind::Id`].
    Id(Uuid),
    /// Of a [`FieldKind::Flag`].
    Flag(bool),
}

impl Value {
    /// The value by which one of this kind is put in order.
    #[must_use]
    pub fn for_order(self, kind: FieldKind) -> Self {
        match (self, kind) {
            (Self::Text(text), FieldKind::Text) => Self::Text(super::order_key(&text)),
            (value, _) => value,
        }
    }

    /// Whether a field of this kind has such values.
    #[must_use]
    pub const fn is_of(&self, kind: FieldKind) -> bool {
        matches!(
            (self, kind),
            (Self::Text(_), FieldKind::Text | FieldKind::Code(_))
                | (Self::Time(_), FieldKind::Time)
                | (Self::Id(_), FieldKind::Id)
                | (Self::Flag(_), FieldKind::Flag)
        )
    }
}
