use crate::Cataloguing;
use library_book_domain::DeleteBookError as RemoveError;
use library_shared_domain::{BookId, DependencyError, UnitOfWork};
use std::sync::Arc;

/// Takes a book out of the catalogue.
pub struct DeleteBook {
    units: Arc<dyn UnitOfWork<Cataloguing>>,
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
    /// [`DeleteBookError::NotFound`] where there is no such book, [`DeleteBookError::OnLoan`] while somebody has it.
    pub async fn execute(&self, id: BookId) -> Result<(), DeleteBookError> {
        let unit = self.units.begin().await?;
        unit.books.delete(id).await?;
        unit.commit().await?;
        Ok(())
    }
}

impl From<RemoveError> for DeleteBookError {
    fn from(error: RemoveError) -> Self {
        match error {
            RemoveError::Missing => Self::NotFound,
            RemoveError::OnLoan => Self::OnLoan,
            RemoveError::Dependency(error) => Self::Dependency(error),
        }
    }
}
