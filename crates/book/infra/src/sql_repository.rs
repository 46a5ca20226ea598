use crate::{row::BookRow, schema::books};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use library_book_domain::{Book, BookRepository, CreateBookError, DeleteBookError, Isbn, UpdateBookError};
use library_shared_domain::{BookId, DependencyError, Page, PageRequest};
use library_shared_infra::{
    database::{Session, SqlError, SqlTimestamp, SqlUuid, before, surplus},
    with_connection,
};

/// Keeps the catalogue in a SQL database.
pub struct SqlBookRepository {
    session: Session,
}

impl SqlBookRepository {
    /// A repository whose statements go to this session.
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }
}

#[async_trait]
impl BookRepository for SqlBookRepository {
    #[tracing::instrument(name = "books.create", skip_all)]
    async fn create(&self, book: &Book) -> Result<(), CreateBookError> {
        let row = BookRow::from(book);
        let inserted = with_connection!(self.session.write().await?, |connection| {
            diesel::insert_into(books::table).values(&row).execute(connection).await
        });
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.is_duplicate_of("books", "isbn") => Err(CreateBookError::DuplicateIsbn),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    #[tracing::instrument(name = "books.update", skip_all)]
    async fn update(&self, book: &Book) -> Result<Book, UpdateBookError> {
        let saved = book.clone().saved();
        let row = books::table.find(SqlUuid::new(book.id())).filter(books::version.eq(book.revision().version.number()));
        let (details, revision) = (saved.details(), saved.revision());
        let change = (
            books::title.eq(details.title.as_str()),
            books::author.eq(details.author.as_str()),
            books::description.eq(details.description.as_str()),
            books::version.eq(revision.version.number()),
            books::updated_at.eq(SqlTimestamp(revision.updated_at)),
        );
        let updated = with_connection!(self.session.write().await?, |connection| {
            diesel::update(row).set(change).execute(connection).await
        });
        match updated.map_err(DependencyError::from)? {
            0 if self.find_by_id(book.id()).await?.is_none() => Err(UpdateBookError::Missing),
            0 => Err(UpdateBookError::Moved),
            _ => Ok(saved),
        }
    }

    #[tracing::instrument(name = "books.find_by_id", skip_all)]
    async fn find_by_id(&self, id: BookId) -> Result<Option<Book>, DependencyError> {
        with_connection!(self.session.read().await?, |connection| {
            books::table.find(SqlUuid::new(id)).first::<BookRow>(connection).await.optional()
        })?
        .map(Book::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "books.find_by_isbn", skip_all)]
    async fn find_by_isbn(&self, isbn: &Isbn) -> Result<Option<Book>, DependencyError> {
        with_connection!(self.session.read().await?, |connection| {
            books::table.filter(books::isbn.eq(isbn.as_str())).first::<BookRow>(connection).await.optional()
        })?
        .map(Book::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "books.list", skip_all)]
    async fn list(&self, request: PageRequest<BookId>) -> Result<Page<Book, BookId>, DependencyError> {
        let rows = with_connection!(self.session.read().await?, |connection| {
            books::table
                .filter(books::id.lt(before(request.after)))
                .order(books::id.desc())
                .limit(surplus(request.limit))
                .load::<BookRow>(connection)
                .await
        })?;
        let books = rows.into_iter().map(Book::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_surplus(books, request.limit, Book::id))
    }

    #[tracing::instrument(name = "books.delete", skip_all)]
    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError> {
        let deleted = with_connection!(self.session.write().await?, |connection| {
            diesel::delete(books::table.find(SqlUuid::new(id))).execute(connection).await
        });
        match deleted {
            Ok(0) => Err(DeleteBookError::Missing),
            Ok(_) => Ok(()),
            // An open loan refers to it.
            Err(SqlError::ForeignKeyViolation) => Err(DeleteBookError::OnLoan),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }
}
