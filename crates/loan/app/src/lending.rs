use library_book_domain::BookRepository;
use library_loan_domain::LoanRepository;
use library_member_domain::MemberRepository;
use library_shared_domain::idempotency::ClaimRepository;
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
    /// The claims of idempotency keys.
    pub claims: Arc<dyn ClaimRepository>,
}

#[cfg(test)]
impl Lending {
    /// Units of work on this library's loans.
    pub(crate) fn units(library: &library_testkit::InMemoryLibrary) -> Arc<dyn library_shared_domain::UnitOfWork<Self>> {
        library.unit_of_work(Self::of)
    }

    /// What there is to lend in this library.
    pub(crate) fn of(library: &library_testkit::InMemoryLibrary) -> Self {
        Self { books: library.books(), members: library.members(), loans: library.loans(), claims: library.claims() }
    }
}
