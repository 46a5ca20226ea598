use library_book_domain::BookRepository;
use library_loan_domain::LoanRepository;
use library_member_domain::MemberRepository;
use std::sync::Arc;

/// What a unit of work on the loans spans.
#[derive(Clone)]
pub struct Lending {
    /// The books, as the unit sees them.
    pub books: Arc<dyn BookRepository>,
    /// The members.
    pub members: Arc<dyn MemberRepository>,
    /// The loans.
    pub loans: Arc<dyn LoanRepository>,
}
