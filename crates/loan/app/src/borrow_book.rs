use crate::Lending;
use library_loan_domain::{CreateLoanError, InvalidLoan, Loan, LoanPeriod};
use library_shared_domain::{BookId, Clock, DependencyError, IdGenerator, LoanId, MemberId, UnitOfWork, idempotency::Completion};
use std::sync::Arc;

/// Lends a book to a member.
pub struct BorrowBook {
    units: Arc<dyn UnitOfWork<Lending>>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
    period: LoanPeriod,
}

/// Which book, and who takes it.
#[derive(Debug, Clone, Copy)]
pub struct BorrowBookCommand {
    /// Which book.
    pub book_id: BookId,
    /// Who takes it.
    pub member_id: MemberId,
}

/// Why a book was not lent.
#[derive(Debug, thiserror::Error)]
pub enum BorrowBookError {
    /// There is no such book.
    #[error("there is no such book")]
    BookNotFound,
    /// There is no such member.
    #[error("there is no such member")]
    MemberNotFound,
    /// Somebody has it.
    #[error("the book is already on loan")]
    AlreadyOnLoan,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl BorrowBook {
    /// The use case on these ports; books are lent for this period.
    pub fn new(
        units: Arc<dyn UnitOfWork<Lending>>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
        period: LoanPeriod,
    ) -> Self {
        Self { units, ids, clock, period }
    }

    /// Lends the book and answers with the loan. Of callers who race for one book, exactly one gets it.
    ///
    /// # Errors
    /// [`BorrowBookError::BookNotFound`] and [`BorrowBookError::MemberNotFound`] where there is none,
    /// [`BorrowBookError::AlreadyOnLoan`] where somebody has the book.
    #[tracing::instrument(name = "borrow_book", skip_all)]
    pub async fn execute(&self, command: BorrowBookCommand, completion: &Completion<Loan>) -> Result<Loan, BorrowBookError> {
        let unit = self.units.begin().await?;
        Self::check(&unit, command).await?;
        let id = LoanId::from(self.ids.generate());
        let loan = Loan::new(id, command.book_id, command.member_id, self.clock.now(), self.period)
            .map_err(|error: InvalidLoan| DependencyError::failed("clock", error))?;
        match unit.loans.create(&loan).await {
            Ok(()) => {
                completion.complete(unit.claims.as_ref(), &loan).await?;
                unit.commit().await?;
                Ok(loan)
            }
            Err(CreateLoanError::AlreadyOnLoan) => Err(BorrowBookError::AlreadyOnLoan),
            Err(CreateLoanError::BookOrMemberMissing) => {
                drop(unit);
                self.explain_missing(command).await
            }
            Err(CreateLoanError::Dependency(error)) => Err(error.into()),
        }
    }

    async fn check(lending: &Lending, command: BorrowBookCommand) -> Result<(), BorrowBookError> {
        if lending.books.find_by_id(command.book_id).await?.is_none() {
            return Err(BorrowBookError::BookNotFound);
        }
        if lending.members.find_by_id(command.member_id).await?.is_none() {
            return Err(BorrowBookError::MemberNotFound);
        }
        if lending.loans.find_active_by_book(command.book_id).await?.is_some() {
            return Err(BorrowBookError::AlreadyOnLoan);
        }
        Ok(())
    }

    /// The book or the member was deleted between the check and the loan; the store did not say which, so look again.
    async fn explain_missing(&self, command: BorrowBookCommand) -> Result<Loan, BorrowBookError> {
        let unit = self.units.begin().await?;
        Self::check(&unit, command).await?;
        Err(BorrowBookError::BookNotFound)
    }
}

#[cfg(test)]
mod tests;
