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
    pub async fn execute(&self, id: BookId) -> Result<Book, ReadBookError> {
        self.books.find_by_id(id).await?.ok_or(ReadBookError::NotFound)
    }
}
