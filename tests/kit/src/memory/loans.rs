use super::{
    Port, Rival,
    state::{keep, page},
    store::Store,
};
use async_trait::async_trait;
use library_loan_domain::{CreateLoanError, DeleteLoanError, Loan, LoanRepository, UpdateLoanError};
use library_shared_domain::{BookId, DependencyError, LoanId, MemberId, Page, PageRequest};

pub(super) struct MemoryLoans(pub(super) Store);

#[async_trait]
impl LoanRepository for MemoryLoans {
    async fn create(&self, loan: &Loan) -> Result<(), CreateLoanError> {
        self.0
            .write(Port::Loans, |state| {
                // A returned loan outlives both and takes nobody's place.
                if loan.is_open() {
                    if state.open_loan_of_book(loan.book_id()).is_some() {
                        return Err(CreateLoanError::AlreadyOnLoan);
                    }
                    if !state.books.contains_key(&loan.book_id()) || !state.members.contains_key(&loan.member_id()) {
                        return Err(CreateLoanError::BookOrMemberMissing);
                    }
                }
                Ok(keep(&mut state.loans, loan.id(), loan.clone())?)
            })
            .await
    }

    async fn update(&self, loan: &Loan) -> Result<Loan, UpdateLoanError> {
        self.0
            .write(Port::Loans, |state| {
                match self.0.rivals().take(Port::Loans) {
                    Some(Rival::Changed) => return Err(UpdateLoanError::Moved),
                    Some(Rival::Deleted) => return Err(UpdateLoanError::Missing),
                    None => {}
                }
                let stored = state.loans.get_mut(&loan.id()).ok_or(UpdateLoanError::Missing)?;
                if stored.revision().version != loan.revision().version {
                    return Err(UpdateLoanError::Moved);
                }
                *stored = loan.clone().saved();
                Ok(stored.clone())
            })
            .await
    }

    async fn find_by_id(&self, id: LoanId) -> Result<Option<Loan>, DependencyError> {
        self.0.read(Port::Loans, |state| state.loans.get(&id).cloned())
    }

    async fn find_active_by_book(&self, book_id: BookId) -> Result<Option<Loan>, DependencyError> {
        self.0.read(Port::Loans, |state| state.open_loan_of_book(book_id).cloned())
    }

    async fn find_by_member(
        &self,
        member_id: MemberId,
        request: PageRequest<LoanId>,
    ) -> Result<Page<Loan, LoanId>, DependencyError> {
        self.0.read(Port::Loans, |state| page(&state.loans, request, |loan| loan.member_id() == member_id, Loan::id))
    }

    async fn list(&self, request: PageRequest<LoanId>) -> Result<Page<Loan, LoanId>, DependencyError> {
        self.0.read(Port::Loans, |state| page(&state.loans, request, |_| true, Loan::id))
    }

    async fn delete(&self, id: LoanId) -> Result<(), DeleteLoanError> {
        self.0.write(Port::Loans, |state| state.loans.remove(&id).map(drop).ok_or(DeleteLoanError::Missing)).await
    }
}
