use crate::Cataloguing;
use library_book_domain::{Book, BookDetails, CreateBookError, Isbn};
use library_shared_domain::{BookId, Clock, DependencyError, IdGenerator, UnitOfWork};
use std::sync::Arc;

/// Adds a book to the catalogue.
pub struct AddBook {
    units: Arc<dyn UnitOfWork<Cataloguing>>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// The book to add.
#[derive(Debug, Clone)]
pub struct AddBookCommand {
    /// Its ISBN.
    pub isbn: Isbn,
    /// What the catalogue is to say of it.
    pub details: BookDetails,
}

/// Why a book was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddBookError {
    /// The catalogue has a book of this ISBN.
    #[error("another book has this ISBN")]
    DuplicateIsbn,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl AddBook {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Cataloguing>>, ids: Arc<dyn IdGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { units, ids, clock }
    }

    /// Adds the book and answers with it.
    ///
    /// # Errors
    /// [`AddBookError::DuplicateIsbn`] where the catalogue has a book of this ISBN.
    pub async fn execute(&self, command: AddBookCommand) -> Result<Book, AddBookError> {
        let book = Book::new(BookId::from(self.ids.generate()), command.isbn, command.details, self.clock.now());
        let unit = self.units.begin().await?;
        unit.books.create(&book).await?;
        unit.commit().await?;
        Ok(book)
    }
}

impl From<CreateBookError> for AddBookError {
    fn from(error: CreateBookError) -> Self {
        match error {
            CreateBookError::DuplicateIsbn => Self::DuplicateIsbn,
            CreateBookError::Dependency(error) => Self::Dependency(error),
        }
    }
}
