use crate::{Book, BookField, BookSearch, Isbn, SearchPage};
use async_trait::async_trait;
use library_shared_domain::{BookId, DependencyError, ListRequest, Page};

/// The port that keeps the catalogue.
#[async_trait]
pub trait BookRepository: Send + Sync {
    /// Keeps a new book.
    ///
    /// # Errors
    /// [`CreateBookError::DuplicateIsbn`] where another book has its ISBN.
    async fn create(&self, book: &Book) -> Result<(), CreateBookError>;

    /// Keeps those of these new books whose ISBN no other book has, and tells of each what came of it, in the order given. Of several
    /// that have one ISBN, the first is kept and the others are its duplicates. A duplicate fails nothing: the unit of work goes on.
    /// It is meant for some hundred books at a time; two calls at once do not fail one another.
    ///
    /// # Errors
    /// Only those of the machinery; nothing is kept then.
    async fn create_all(&self, books: &[Book]) -> Result<Vec<Creation>, DependencyError>;

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

    /// A page of the catalogue, as [`ListRequest::select`] defines it.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn list(&self, request: &ListRequest<BookField>) -> Result<Page<Book>, DependencyError>;

    /// A page of the books that are found, those that fit best first. What is found is what [`BookSearch::select`] finds; of very many
    /// it may be the newest ten thousand. How well each fits is for the adapter to tell, so long as a word weighs most in the title
    /// and least in the description.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn search(&self, search: &BookSearch) -> Result<SearchPage, DependencyError>;

    /// Takes a book out of the catalogue.
    ///
    /// # Errors
    /// [`DeleteBookError::Missing`] where there is none; [`DeleteBookError::OnLoan`] while somebody has it.
    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError>;

    /// Takes a book out of the catalogue in the state that it was loaded in.
    ///
    /// # Errors
    /// Those of [`delete`](Self::delete); [`DeleteBookError::Moved`] where another caller has saved in between.
    async fn delete_unchanged(&self, book: &Book) -> Result<(), DeleteBookError>;
}

/// What came of one of several books that were to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It is kept.
    Created,
    /// It is not kept: another book has its ISBN.
    Duplicate {
        /// That other book.
        existing: BookId,
    },
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
    /// The book has changed since it was loaded.
    #[error("the book has changed since it was loaded")]
    Moved,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}
