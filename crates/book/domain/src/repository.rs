use crate::{Book, Isbn};
use async_trait::async_trait;
use library_shared_domain::{BookId, DependencyError, Page, PageRequest};

/// The port that keeps the catalogue.
#[async_trait]
pub trait BookRepository: Send + Sync {
    /// Keeps a new book.
    ///
    /// # Errors
    /// [`CreateBookError::DuplicateIsbn`] where another book has its ISBN.
    async fn create(&self, book: &Book) -> Result<(), CreateBookError>;

    /// Saves a changed book over the state that it was loaded in, and answers with the book as it now stands.
    ///
    /// # Errors
    /// [`UpdateBookError::Moved`] where another caller has saved in between; [`UpdateBookError::Missing`] where the book is gone.
    async fn update(&self, book: &Book) -> Result<Book, UpdateBookError>;

    /// The book of this id.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_id(&self, id: BookId) -> Result<Option<Book>, DependencyError>;

    /// The book that has this ISBN.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_isbn(&self, isbn: &Isbn) -> Result<Option<Book>, DependencyError>;

    /// A page of the catalogue, the newest book first.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn list(&self, request: PageRequest<BookId>) -> Result<Page<Book, BookId>, DependencyError>;

    /// Takes a book out of the catalogue.
    ///
    /// # Errors
    /// [`DeleteBookError::Missing`] where there is none; [`DeleteBookError::OnLoan`] while somebody has it.
    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError>;
}

/// Why a book was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateBookError {
    /// Another book has its ISBN.
    #[error("another book has this ISBN")]
    DuplicateIsbn,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a book was not updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateBookError {
    /// There is no such book.
    #[error("there is no such book")]
    Missing,
    /// The book has changed since it was loaded.
    #[error("the book has changed since it was loaded")]
    Moved,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a book was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteBookError {
    /// There is no such book.
    #[error("there is no such book")]
    Missing,
    /// Somebody has borrowed it.
    #[error("the book is on loan")]
    OnLoan,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}
