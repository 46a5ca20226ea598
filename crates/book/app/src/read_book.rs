use library_book_domain::{Book, BookRepository};
use library_shared_domain::{BookId, DependencyError};
use std::sync::Arc;

/// Looks a book up.
pub struct ReadBook {
    books: Arc<dyn BookRepository>,
}

/// Why a book was not found.
#[derive(Debug, thiserror::Error)]
pub enum ReadBookError {
    /// There is no such book.
    #[error("there is no such book")]
    NotFound,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl ReadBook {
    /// The use case on this port.
    pub fn new(books: Arc<dyn BookRepository>) -> Self {
        Self { books }
    }

    /// The book of this id.
    ///
    /// # Errors
    /// [`ReadBookError::NotFound`] where there is none.
    #[tracing::instrument(name = "read_book", skip_all)]
    pub async fn execute(&self, id: BookId) -> Result<Book, ReadBookError> {
        self.books.find_by_id(id).await?.ok_or(ReadBookError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadBook, ReadBookError};
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_book};

    #[tokio::test]
    async fn a_book_is_read_by_its_id() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (book, _other) = (seen.given_book(a_book()).await, seen.given_book(a_book()).await);
        let read = ReadBook::new(library.books()).execute(book.id()).await.expect("found");
        assert_eq!(read, book);
    }

    #[tokio::test]
    async fn a_missing_book_is_not_found() {
        let read_book = ReadBook::new(InMemoryLibrary::new().books());
        let error = read_book.execute(a_book().build().id()).await.expect_err("not found");
        assert!(matches!(error, ReadBookError::NotFound), "{error:?}");
    }

    #[tokio::test]
    async fn a_failing_store_is_not_taken_for_a_missing_book() {
        let library = InMemoryLibrary::new();
        let book = Repositories::from(&library).given_book(a_book()).await;
        library.fail_next(Port::Books);
        let error = ReadBook::new(library.books()).execute(book.id()).await.expect_err("unavailable");
        assert!(matches!(error, ReadBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    }
}
