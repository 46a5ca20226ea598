use crate::openapi;
use library_book_domain::{Author, Book, BookDetails, Description, Title};
use library_shared_http::{FieldErrors, TextField};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A book, as clients see it; times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Book, examples(openapi::book))]
pub struct BookBody<'a> {
    /// The id of the book.
    id: Uuid,
    #[schema(schema_with = openapi::title, required)]
    title: &'a str,
    #[schema(schema_with = openapi::author, required)]
    author: &'a str,
    #[schema(schema_with = openapi::kept_isbn, required)]
    isbn: &'a str,
    #[schema(schema_with = openapi::description, required)]
    description: &'a str,
    /// When it was catalogued.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl<'a> From<&'a Book> for BookBody<'a> {
    fn from(book: &'a Book) -> Self {
        let (details, revision) = (book.details(), book.revision());
        Self {
            id: book.id().as_uuid(),
            title: details.title.as_str(),
            author: details.author.as_str(),
            isbn: book.isbn().as_str(),
            description: details.description.as_str(),
            created_at: revision.created_at,
            updated_at: revision.updated_at,
        }
    }
}

/// Reads what the catalogue is to say of a book; `None` where a field is wrong. The description has been read already: whether it
/// must be there depends on the endpoint.
pub fn details(
    errors: &mut FieldErrors,
    title: TextField,
    author: TextField,
    description: Option<Description>,
) -> Option<BookDetails> {
    let title = errors.required("title", title, Title::parse);
    let author = errors.required("author", author, Author::parse);
    Some(BookDetails { title: title?, author: author?, description: description? })
}
