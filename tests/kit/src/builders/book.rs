use super::{now, unique_id, unique_isbn};
use library_book_domain::{Author, Book, BookDetails, Description, Isbn, Title};
use library_shared_domain::BookId;
use time::OffsetDateTime;

/// A book in the making: some novel, catalogued [now](super::now()), with an id and an ISBN of its own.
pub fn a_book() -> BookBuilder {
    BookBuilder {
        id: BookId::from_uuid(unique_id()),
        isbn: unique_isbn(),
        title: "The Book of Sand".to_owned(),
        author: "Jorge Luis Borges".to_owned(),
        description: String::new(),
        catalogued_at: now(),
    }
}

/// Builds a [`Book`]; see [`a_book`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct BookBuilder {
    id: BookId,
    isbn: Isbn,
    title: String,
    author: String,
    description: String,
    catalogued_at: OffsetDateTime,
}

impl BookBuilder {
    /// Gives it this id.
    pub fn with_id(self, id: BookId) -> Self {
        Self { id, ..self }
    }

    /// Gives it this ISBN, written as people write it.
    pub fn with_isbn(self, isbn: &str) -> Self {
        Self { isbn: Isbn::parse(isbn).expect("an ISBN"), ..self }
    }

    /// Gives it this title.
    pub fn titled(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    /// Gives it this author.
    pub fn by(self, author: &str) -> Self {
        Self { author: author.to_owned(), ..self }
    }

    /// Gives it this description.
    pub fn described_as(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }

    /// Lets it have been catalogued at this time.
    pub fn catalogued_at(self, at: OffsetDateTime) -> Self {
        Self { catalogued_at: at, ..self }
    }

    /// What the catalogue says of it.
    #[must_use]
    pub fn details(&self) -> BookDetails {
        BookDetails {
            title: Title::parse(&self.title).expect("a title"),
            author: Author::parse(&self.author).expect("an author"),
            description: Description::parse(&self.description).expect("a description"),
        }
    }

    /// The book.
    #[must_use]
    pub fn build(self) -> Book {
        let details = self.details();
        Book::new(self.id, self.isbn, details, self.catalogued_at)
    }
}
