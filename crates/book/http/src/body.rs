use library_book_domain::{Author, Book, BookDetails, Description, Title};
use library_shared_http::{FieldErrors, TextField};
use serde::Serialize;
use uuid::Uuid;

/// A book, as clients see it.
#[derive(Serialize)]
pub struct BookBody<'a> {
    id: Uuid,
    title: &'a str,
    author: &'a str,
    isbn: &'a str,
    description: &'a str,
}

impl<'a> From<&'a Book> for BookBody<'a> {
    fn from(book: &'a Book) -> Self {
        let details = book.details();
        Self {
            id: book.id().as_uuid(),
            title: details.title.as_str(),
            author: details.author.as_str(),
            isbn: book.isbn().as_str(),
            description: details.description.as_str(),
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
