use super::{Port, Rival, state::keep, store::Store};
use async_trait::async_trait;
use library_loan_domain::{CreateLoanError, DeleteLoanError, Loan, LoanField, LoanRepository, UpdateLoanError};
use library_shared_domain::{BookId, DependencyError, ListRequest, LoanId, Page};
use time::OffsetDateTime;

pub(super) struct MemoryLoans(pub(super) Store);

impl MemoryLoans {
    fn let_rival_ahead(&self, id: LoanId) {
        self.0.let_rival_ahead(Port::Loans, |state, rival| match (rival, state.loans.get_mut(&id)) {
            (Rival::Changed, Some(stored)) => *stored = stored.clone().saved(),
            (Rival::Deleted, Some(_)) => drop(state.loans.remove(&id)),
            (Rival::Changed | Rival::Deleted, None) => {}
        });
    }
}

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
        self.let_rival_ahead(loan.id());
        self.0
            .write(Port::Loans, |state| {
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

    async fn list(&self, request: &ListRequest<LoanField>, now: OffsetDateTime) -> Result<Page<Loan>, DependencyError> {
        self.0.read(Port::Loans, |state| request.select(state.loans.values(), now))
    }

    async fn delete(&self, id: LoanId) -> Result<(), DeleteLoanError> {
        self.0.write(Port::Loans, |state| state.loans.remove(&id).map(drop).ok_or(DeleteLoanError::Missing)).await
    }
}
