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

#[cfg(test)]
mod tests {
    use super::{DeleteBook, DeleteBookError};
    use crate::Cataloguing;
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_book, a_loan, a_member, count, race};
    use rstest::rstest;
    use std::sync::Arc;

    fn delete_book(library: &InMemoryLibrary) -> DeleteBook {
        DeleteBook::new(Cataloguing::units(library))
    }

    #[tokio::test]
    async fn a_deleted_book_is_gone_and_no_other() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (book, other) = (seen.given_book(a_book()).await, seen.given_book(a_book()).await);
        delete_book(&library).execute(book.id()).await.expect("deleted");
        assert_eq!(seen.books.find_by_id(book.id()).await.expect("looked up"), None);
        assert_eq!(seen.books.find_by_id(other.id()).await.expect("looked up"), Some(other));
    }

    #[tokio::test]
    async fn a_missing_book_cannot_be_deleted() {
        let error = delete_book(&InMemoryLibrary::new()).execute(a_book().build().id()).await.expect_err("refused");
        assert!(matches!(error, DeleteBookError::NotFound), "{error:?}");
    }

    #[tokio::test]
    async fn a_book_on_loan_cannot_be_deleted() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
        seen.given_loan(a_loan().of(&book).to(&member)).await;
        let error = delete_book(&library).execute(book.id()).await.expect_err("refused");
        assert!(matches!(error, DeleteBookError::OnLoan), "{error:?}");
        assert_eq!(seen.books.find_by_id(book.id()).await.expect("looked up"), Some(book));
    }

    #[tokio::test]
    async fn a_book_that_came_back_is_deleted_and_its_loan_stays() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
        let loan = seen.given_loan(a_loan().of(&book).to(&member).returned()).await;
        delete_book(&library).execute(book.id()).await.expect("deleted");
        assert_eq!(seen.loans.find_by_id(loan.id()).await.expect("looked up"), Some(loan));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_who_delete_one_book_at_once_one_succeeds() {
        let library = InMemoryLibrary::new();
        let id = Repositories::from(&library).given_book(a_book()).await.id();
        let delete_book = Arc::new(delete_book(&library));
        let outcomes = race(|_| {
            let delete_book = Arc::clone(&delete_book);
            async move { delete_book.execute(id).await }
        })
        .await;
        assert_eq!(count(&outcomes, Result::is_ok), 1);
        assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(DeleteBookError::NotFound))), outcomes.len() - 1);
    }

    #[rstest]
    #[case(Port::Begin)]
    #[case(Port::Books)]
    #[case(Port::Commit)]
    #[tokio::test]
    async fn a_failing_store_deletes_nothing(#[case] port: Port) {
        let library = InMemoryLibrary::new();
        let book = Repositories::from(&library).given_book(a_book()).await;
        library.fail_next(port);
        let error = delete_book(&library).execute(book.id()).await.expect_err("unavailable");
        assert!(matches!(error, DeleteBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
        assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), Some(book));
    }
}
