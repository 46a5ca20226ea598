use crate::Lending;
use library_loan_domain::{Loan, ReturnError, UpdateLoanError};
use library_shared_domain::{Clock, DependencyError, LoanId, UPDATE_ATTEMPTS, UnitOfWork, contended, idempotency::Completion};
use std::sync::Arc;

/// Takes a book back.
pub struct ReturnBook {
    units: Arc<dyn UnitOfWork<Lending>>,
    clock: Arc<dyn Clock>,
}

/// Why a book was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ReturnBookError {
    /// There is no such loan.
    #[error("there is no such loan")]
    NotFound,
    /// It has been taken back.
    #[error("the loan has already been returned")]
    AlreadyReturned,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl ReturnBook {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Lending>>, clock: Arc<dyn Clock>) -> Self {
        Self { units, clock }
    }

    /// Takes the book back and answers with the loan. Of callers who race to return one loan, exactly one does.
    ///
    /// # Errors
    /// [`ReturnBookError::NotFound`] where there is no such loan, [`ReturnBookError::AlreadyReturned`] where it is over.
    #[tracing::instrument(name = "return_book", skip_all)]
    pub async fn execute(&self, id: LoanId, completion: &Completion<Loan>) -> Result<Loan, ReturnBookError> {
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let mut loan = unit.loans.find_by_id(id).await?.ok_or(ReturnBookError::NotFound)?;
            // A clock that was set back must not keep anybody from returning a book.
            let now = self.clock.now().max(loan.loaned_at());
            match loan.return_book(now) {
                Ok(()) => {}
                Err(ReturnError::AlreadyReturned) => return Err(ReturnBookError::AlreadyReturned),
                Err(error @ ReturnError::BeforeLoaned) => return Err(DependencyError::failed("clock", error).into()),
            }
            match unit.loans.update(&loan).await {
                Ok(saved) => {
                    completion.complete(unit.claims.as_ref(), &saved).await?;
                    unit.commit().await?;
                    return Ok(saved);
                }
                Err(UpdateLoanError::Moved) => {}
                Err(UpdateLoanError::Missing) => return Err(ReturnBookError::NotFound),
                Err(UpdateLoanError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }
}

#[cfg(test)]
mod tests;
