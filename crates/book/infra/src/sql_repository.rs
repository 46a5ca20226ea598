use crate::{
    create_all::create_all,
    list::{ID, column},
    row::{BookKeys, BookRow},
    schema::books,
    search::{on_postgres, on_sqlite},
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use library_book_domain::{
    Book, BookField, BookRepository, BookSearch, CreateBookError, Creation, DeleteBookError, Isbn, SearchPage, UpdateBookError,
};
use library_shared_domain::{BookId, DependencyError, ListRequest, Page};
use library_shared_infra::{
    database::{ListQuery, Prepared, Session, SqlError, SqlTimestamp, SqlUuid},
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
        let row = (BookRow::from(book), BookKeys::from(book.details()));
        let inserted = with_connection!(self.session.write().await?, |connection| {
            diesel::insert_into(books::table).values(&row).execute(connection).await
        });
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.is_duplicate_of("books", "isbn") => Err(CreateBookError::DuplicateIsbn),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    #[tracing::instrument(name = "books.create_all", skip_all)]
    async fn create_all(&self, books: &[Book]) -> Result<Vec<Creation>, DependencyError> {
        create_all(&self.session, books).await
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
            BookKeys::from(details),
            books::version.eq(revision.version.number()),
            books::updated_at.eq(SqlTimestamp(revision.updated_at)),
        );
        let updated = with_connection!(self.session.write().await?, |connection| {
            Prepared(diesel::update(row).set(change)).execute(connection).await
        });
        match updated.map_err(DependencyError::from)? {
            0 if self.find_by_id(book.id()).await?.is_none() => Err(UpdateBookError::Missing),
            0 => Err(UpdateBookError::Moved),
            _ => Ok(saved),
        }
    }

    #[tracing::instrument(name = "books.find_by_id", skip_all)]
    async fn find_by_id(&self, id: BookId) -> Result<Option<Book>, DependencyError> {
        with_connection!(self.session.look_up().await?, |connection| {
            books::table.find(SqlUuid::new(id)).select(BookRow::as_select()).get_result(connection).await.optional()
        })?
        .map(Book::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "books.find_by_isbn", skip_all)]
    async fn find_by_isbn(&self, isbn: &Isbn) -> Result<Option<Book>, DependencyError> {
        with_connection!(self.session.look_up().await?, |connection| {
            books::table
                .filter(books::isbn.eq(isbn.as_str()))
                .select(BookRow::as_select())
                .get_result(connection)
                .await
                .optional()
        })?
        .map(Book::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "books.list", skip_all)]
    async fn list(&self, request: &ListRequest<BookField>) -> Result<Page<Book>, DependencyError> {
        let query = ListQuery::new(request, ID, column);
        let rows = with_connection!(self.session.read().await?, |connection| {
            books::table
                .select(BookRow::as_select())
                .filter(query.condition)
                .order(query.order)
                .limit(query.limit)
                .load(connection)
                .await
        })?;
        Ok(request.page(books(rows)?))
    }

    #[tracing::instrument(name = "books.search", skip_all)]
    async fn search(&self, search: &BookSearch) -> Result<SearchPage, DependencyError> {
        if search.words.as_slice().is_empty() {
            return Ok(search.page(Vec::new()));
        }
        let rows = with_connection!(self.session.read().await?, |connection, query = (on_postgres(search), on_sqlite(search))| {
            query.load::<BookRow>(connection).await
        })?;
        Ok(search.page(books(rows)?))
    }

    #[tracing::instrument(name = "books.delete", skip_all)]
    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError> {
        let deleted = with_connection!(self.session.write().await?, |connection| {
            diesel::delete(books::table.find(SqlUuid::new(id))).execute(connection).await
        });
        match deleted_rows(deleted)? {
            0 => Err(DeleteBookError::Missing),
            _ => Ok(()),
        }
    }

    #[tracing::instrument(name = "books.delete_unchanged", skip_all)]
    async fn delete_unchanged(&self, book: &Book) -> Result<(), DeleteBookError> {
        let row = books::table.find(SqlUuid::new(book.id())).filter(books::version.eq(book.revision().version.number()));
        let deleted =
            with_connection!(self.session.write().await?, |connection| { diesel::delete(row).execute(connection).await });
        match deleted_rows(deleted)? {
            0 if self.find_by_id(book.id()).await?.is_none() => Err(DeleteBookError::Missing),
            0 => Err(DeleteBookError::Moved),
            _ => Ok(()),
        }
    }
}

fn books(rows: Vec<BookRow>) -> Result<Vec<Book>, DependencyError> {
    rows.into_iter().map(Book::try_from).collect()
}

fn deleted_rows(deleted: Result<usize, SqlError>) -> Result<usize, DeleteBookError> {
    deleted.map_err(|error| match error {
        // An open loan refers to it.
        SqlError::ForeignKeyViolation => DeleteBookError::OnLoan,
        error => DependencyError::from(error).into(),
    })
}
