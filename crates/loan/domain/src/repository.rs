use crate::{Loan, LoanField};
use async_trait::async_trait;
use library_shared_domain::{BookId, DependencyError, ListRequest, LoanId, Page};
use time::OffsetDateTime;

/// The port that keeps the loans.
///
/// It guards, against every race, that a book has at most one open loan, and that no open loan is of a book or a member that
/// does not exist. Returned loans outlive both.
#[async_trait]
pub trait LoanRepository: Send + Sync {
    /// Keeps a new loan.
    ///
    /// # Errors
    /// [`CreateLoanError::AlreadyOnLoan`] where the book has an open loan; [`CreateLoanError::BookOrMemberMissing`] where one of
    /// the two does not exist: a store need not know which.
    async fn create(&self, loan: &Loan) -> Result<(), CreateLoanError>;

    /// Saves a changed loan over the state that it was loaded in, and answers with the loan as it now stands.
    ///
    /// # Errors
    /// [`UpdateLoanError::Moved`] where another caller has saved in between; [`UpdateLoanError::Missing`] where the loan is gone.
    async fn update(&self, loan: &Loan) -> Result<Loan, UpdateLoanError>;

    /// The loan of this id.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_id(&self, id: LoanId) -> Result<Option<Loan>, DependencyError>;

    /// The open loan of this book.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_active_by_book(&self, book_id: BookId) -> Result<Option<Loan>, DependencyError>;

    /// A page of the loans, as [`ListRequest::select`] defines it at this moment: whether a loan is overdue depends on it.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn list(&self, request: &ListRequest<LoanField>, now: OffsetDateTime) -> Result<Page<Loan>, DependencyError>;

    /// Strikes a loan from the record, whatever its state.
    ///
    /// # Errors
    /// [`DeleteLoanError::Missing`] where there is none.
    async fn delete(&self, id: LoanId) -> Result<(), DeleteLoanError>;
}

/// Why a loan was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateLoanError {
    /// The book has an open loan.
    #[error("the book is already on loan")]
    AlreadyOnLoan,
    /// The book or the member does not exist.
    #[error("the book or the member does not exist")]
    BookOrMemberMissing,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a loan was not updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateLoanError {
    /// There is no such loan.
    #[error("there is no such loan")]
    Missing,
    /// The loan has changed since it was loaded.
    #[error("the loan has changed since it was loaded")]
    Moved,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a loan was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteLoanError {
    /// There is no such loan.
    #[error("there is no such loan")]
    Missing,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}
