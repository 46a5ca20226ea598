use crate::schema::books;
use diesel::{
    AsChangeset, Insertable, Queryable, Selectable,
    sql_types::{BigInt, Text},
};
use library_book_domain::{Author, Book, BookDetails, Description, Isbn, Title};
use library_shared_domain::{BookId, DependencyError, fold};
use library_shared_infra::database::{DbTimestamp, DbUuid, SqlFragment, SqlStatement, SqlTimestamp, SqlUuid, corrupt, revision};
use std::fmt::Display;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = books, treat_none_as_default_value = false)]
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

/// The SQL types of a [`BookRow`], for statements that are written out.
pub type BookColumns = (DbUuid, Text, Text, Text, Text, BigInt, DbTimestamp, DbTimestamp);

/// What a book is found and put in order by.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = books, treat_none_as_default_value = false)]
pub struct BookKeys {
    #[diesel(column_name = title_key)]
    title: String,
    #[diesel(column_name = author_key)]
    author: String,
    #[diesel(column_name = description_key)]
    description: String,
}

/// The statement that inserts these books, where no other has their ISBN, and answers with the ids of those that it inserted. It
/// is written out because diesel inserts several rows into SQLite by a statement each.
pub fn insertion(books: &[&Book]) -> SqlStatement<DbUuid> {
    let columns = "INSERT INTO books (id, isbn, title, author, description, version, created_at, updated_at, \
                   title_key, author_key, description_key) VALUES ";
    let rows = books.iter().enumerate().fold(SqlFragment::default().sql(columns), |statement, (place, book)| {
        let (row, keys) = (BookRow::from(*book), BookKeys::from(book.details()));
        let statement = statement.sql(if place == 0 { "(" } else { ", (" }).uuid(row.id);
        let texts = [row.isbn, row.title, row.author, row.description];
        let statement = texts.into_iter().fold(statement, |statement, text| statement.sql(", ").text(text));
        let statement = statement.sql(", ").number(row.version);
        let statement = statement.sql(", ").timestamp(row.created_at).sql(", ").timestamp(row.updated_at);
        let keys = [keys.title, keys.author, keys.description];
        keys.into_iter().fold(statement, |statement, text| statement.sql(", ").text(text)).sql(")")
    });
    rows.sql(" ON CONFLICT (isbn) DO NOTHING RETURNING id").of_any_shape().into_statement()
}

impl From<&BookDetails> for BookKeys {
    fn from(details: &BookDetails) -> Self {
        Self {
            title: fold(details.title.as_str()),
            author: fold(details.author.as_str()),
            description: fold(details.description.as_str()),
        }
    }
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
