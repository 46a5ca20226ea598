use crate::schema::books;
use diesel::{Insertable, Queryable};
use library_book_domain::{Author, Book, BookDetails, Description, Isbn, Title};
use library_shared_domain::{BookId, DependencyError};
use library_shared_infra::database::{SqlTimestamp, SqlUuid, corrupt, revision};
use std::fmt::Display;

#[derive(Queryable, Insertable)]
#[diesel(table_name = books)]
pub struct BookRow {
    id: SqlUuid,
    isbn: String,
    title: String,
    author: String,
    description: String,
    version: i64,
    created_at: SqlTimestamp,
    updated_at: SqlTimestamp,
}

impl From<&Book> for BookRow {
    fn from(book: &Book) -> Self {
        let (details, revision) = (book.details(), book.revision());
        Self {
            id: SqlUuid::new(book.id()),
            isbn: book.isbn().as_str().to_owned(),
            title: details.title.as_str().to_owned(),
            author: details.author.as_str().to_owned(),
            description: details.description.as_str().to_owned(),
            version: revision.version.number(),
            created_at: SqlTimestamp(revision.created_at),
            updated_at: SqlTimestamp(revision.updated_at),
        }
    }
}

impl TryFrom<BookRow> for Book {
    type Error = DependencyError;

    fn try_from(row: BookRow) -> Result<Self, DependencyError> {
        let id: BookId = row.id.id();
        Ok(Self::restore(
            id,
            Isbn::parse(&row.isbn).map_err(|error| unreadable(id, error))?,
            BookDetails {
                title: Title::parse(&row.title).map_err(|error| unreadable(id, error))?,
                author: Author::parse(&row.author).map_err(|error| unreadable(id, error))?,
                description: Description::parse(&row.description).map_err(|error| unreadable(id, error))?,
            },
            revision(row.version, row.created_at, row.updated_at),
        ))
    }
}

fn unreadable(id: BookId, rule: impl Display) -> DependencyError {
    corrupt("books", id, rule)
}
