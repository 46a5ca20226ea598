use library_loan_domain::{Loan, LoanRepository};
use library_shared_domain::{DependencyError, LoanId, MemberId};
use std::sync::Arc;

/// Looks a member's loan up.
pub struct ReadLoan {
    loans: Arc<dyn LoanRepository>,
}

/// Why a loan was not found.
#[derive(Debug, thiserror::Error)]
pub enum ReadLoanError {
    /// There is no such loan, or it is another member's: who may not see it is not told that it is there.
    #[error("the member has no such loan")]
    NotFound,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl ReadLoan {
    /// The use case on this port.
    pub fn new(loans: Arc<dyn LoanRepository>) -> Self {
        Self { loans }
    }

    /// The loan of this id that this member has or had.
    ///
    /// # Errors
    /// [`ReadLoanError::NotFound`] where there is none, or it is another member's.
    #[tracing::instrument(name = "read_loan", skip_all)]
    pub async fn execute(&self, member_id: MemberId, id: LoanId) -> Result<Loan, ReadLoanError> {
        let loan = self.loans.find_by_id(id).await?;
        loan.filter(|loan| loan.member_id() == member_id).ok_or(ReadLoanError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadLoan, ReadLoanError};
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_book, a_loan, a_member};

    #[tokio::test]
    async fn a_loan_is_read_by_whose_it_is_and_by_nobody_else() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
        let other = seen.given_member(a_member()).await;
        let loan = seen.given_loan(a_loan().of(&book).to(&member)).await;
        let read_loan = ReadLoan::new(library.loans());
        assert_eq!(read_loan.execute(member.id(), loan.id()).await.expect("found"), loan);
        for (whose, id) in [(other.id(), loan.id()), (member.id(), a_loan().build().id())] {
            let error = read_loan.execute(whose, id).await.expect_err("not found");
            assert!(matches!(error, ReadLoanError::NotFound), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_failing_store_is_not_taken_for_a_missing_loan() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Loans);
        let (member, loan) = (a_member().build(), a_loan().build());
        let error = ReadLoan::new(library.loans()).execute(member.id(), loan.id()).await.expect_err("unavailable");
        assert!(matches!(error, ReadLoanError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    }
}
