use crate::Cataloguing;
use library_book_domain::{Book, BookChanges, UpdateBookError as SaveError};
use library_shared_domain::{BookId, Clock, DependencyError, ExpectedVersion, UPDATE_ATTEMPTS, UnitOfWork, contended};
use std::sync::Arc;

/// Changes what the catalogue says of a book.
pub struct UpdateBook {
    units: Arc<dyn UnitOfWork<Cataloguing>>,
    clock: Arc<dyn Clock>,
}

/// The change.
#[derive(Debug, Clone)]
pub struct UpdateBookCommand {
    /// Which book.
    pub id: BookId,
    /// What the catalogue is to say differently of it.
    pub changes: BookChanges,
    /// In which versions it may be changed.
    pub expected: ExpectedVersion,
}

/// Why a book was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateBookError {
    /// There is no such book.
    #[error("there is no such book")]
    NotFound,
    /// The book is in none of the versions that were expected.
    #[error("the book is in another version than was expected")]
    VersionMismatch,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl UpdateBook {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Cataloguing>>, clock: Arc<dyn Clock>) -> Self {
        Self { units, clock }
    }

    /// Changes the book and answers with it. Of callers at once, each change is applied whole, one after the other. What changes
    /// nothing is saved, too, and makes the next version.
    ///
    /// # Errors
    /// [`UpdateBookError::NotFound`] where there is no such book, [`UpdateBookError::VersionMismatch`] where it is in a version that
    /// was not expected, be it because another caller has just saved it.
    #[tracing::instrument(name = "update_book", skip_all)]
    pub async fn execute(&self, command: UpdateBookCommand) -> Result<Book, UpdateBookError> {
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let mut book = unit.books.find_by_id(command.id).await?.ok_or(UpdateBookError::NotFound)?;
            if !command.expected.accepts(book.revision().version) {
                return Err(UpdateBookError::VersionMismatch);
            }
            book.revise(command.changes.clone(), self.clock.now());
            match unit.books.update(&book).await {
                Ok(saved) => {
                    unit.commit().await?;
                    return Ok(saved);
                }
                Err(SaveError::Moved) => {}
                Err(SaveError::Missing) => return Err(UpdateBookError::NotFound),
                Err(SaveError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }
}

#[cfg(test)]
mod tests;
