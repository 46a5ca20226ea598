use crate::{Book, Isbn};
use library_shared_domain::{FieldKind, ListField, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// What the catalogue can be filtered and sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the book's field of the same name")]
pub enum BookField {
    Isbn,
    Title,
    Author,
    CreatedAt,
    UpdatedAt,
}

impl ListField for BookField {
    type Item = Book;

    const ALL: &'static [Self] = &[Self::Isbn, Self::Title, Self::Author, Self::CreatedAt, Self::UpdatedAt];

    fn name(self) -> &'static str {
        match self {
            Self::Isbn => "isbn",
            Self::Title => "title",
            Self::Author => "author",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Isbn => FieldKind::Code(Isbn::normalise),
            Self::Title | Self::Author => FieldKind::Text,
            Self::CreatedAt | Self::UpdatedAt => FieldKind::Time,
        }
    }

    fn value(self, book: &Book, _: OffsetDateTime) -> Value {
        match self {
            Self::Isbn => Value::Text(book.isbn().as_str().to_owned()),
            Self::Title => Value::Text(book.details().title.as_str().to_owned()),
            Self::Author => Value::Text(book.details().author.as_str().to_owned()),
            Self::CreatedAt => Value::Time(book.revision().created_at),
            Self::UpdatedAt => Value::Time(book.revision().updated_at),
        }
    }

    fn id(book: &Book) -> Uuid {
        book.id().as_uuid()
    }
}
