use crate::Cataloguing;
use library_book_domain::DeleteBookError as RemoveError;
use library_shared_domain::{BookId, DependencyError, ExpectedVersion, UPDATE_ATTEMPTS, UnitOfWork, contended};
use std::sync::Arc;

/// Takes a book out of the catalogue.
pub struct DeleteBook {
    units: Arc<dyn UnitOfWork<Cataloguing>>,
}

/// The deletion.
#[derive(Debug, Clone)]
pub struct DeleteBookCommand {
    /// Which book.
    pub id: BookId,
    /// In which versions it may be deleted.
    pub expected: ExpectedVersion,
}

/// Why a book was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteBookError {
    /// There is no such book.
    #[error("there is no such book")]
    NotFound,
    /// Somebody has borrowed it.
    #[error("the book is on loan")]
    OnLoan,
    /// The book is in none of the versions that were expected.
    #[error("the book is in another version than was expected")]
    VersionMismatch,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl DeleteBook {
    /// The use case on this port.
    pub fn new(units: Arc<dyn UnitOfWork<Cataloguing>>) -> Self {
        Self { units }
    }

    /// Deletes the book.
    ///
    /// # Errors
    /// [`DeleteBookError::NotFound`] where there is no such book, [`DeleteBookError::OnLoan`] while somebody has it,
    /// [`DeleteBookError::VersionMismatch`] where it is in a version that was not expected.
    #[tracing::instrument(name = "delete_book", skip_all)]
    pub async fn execute(&self, command: DeleteBookCommand) -> Result<(), DeleteBookError> {
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let deleted = match &command.expected {
                ExpectedVersion::Any => unit.books.delete(command.id).await,
                expected @ ExpectedVersion::OneOf(_) => {
                    let book = unit.books.find_by_id(command.id).await?.ok_or(DeleteBookError::NotFound)?;
                    if !expected.accepts(book.revision().version) {
                        return Err(DeleteBookError::VersionMismatch);
                    }
                    unit.books.delete_unchanged(&book).await
                }
            };
            match deleted {
                Ok(()) => return Ok(unit.commit().await?),
                Err(RemoveError::Moved) => {}
                Err(RemoveError::Missing) => return Err(DeleteBookError::NotFound),
                Err(RemoveError::OnLoan) => return Err(DeleteBookError::OnLoan),
                Err(RemoveError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }
}

#[cfg(test)]
mod tests;
