use super::{now, unique_id};
use library_book_domain::Book;
use library_loan_domain::{Loan, LoanPeriod};
use library_member_domain::Member;
use library_shared_domain::{BookId, LoanId, MemberId};
use time::{Duration, OffsetDateTime};

/// A loan in the making: made [now](super::now()) for fourteen days, open, of a book and to a member that nobody knows until
/// told otherwise.
pub fn a_loan() -> LoanBuilder {
    LoanBuilder {
        id: LoanId::from_uuid(unique_id()),
        book_id: BookId::from_uuid(unique_id()),
        member_id: MemberId::from_uuid(unique_id()),
        loaned_at: now(),
        period: LoanPeriod::default(),
        returned_after: None,
    }
}

/// Builds a [`Loan`]; see [`a_loan`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct LoanBuilder {
    id: LoanId,
    book_id: BookId,
    member_id: MemberId,
    loaned_at: OffsetDateTime,
    period: LoanPeriod,
    returned_after: Option<Duration>,
}

impl LoanBuilder {
    /// Gives it this id.
    pub fn with_id(self, id: LoanId) -> Self {
        Self { id, ..self }
    }

    /// Makes it a loan of this book.
    pub fn of(self, book: &Book) -> Self {
        self.of_book(book.id())
    }

    /// Makes it a loan of the book of this id.
    pub fn of_book(self, book_id: BookId) -> Self {
        Self { book_id, ..self }
    }

    /// Makes it a loan to this member.
    pub fn to(self, member: &Member) -> Self {
        self.to_member(member.id())
    }

    /// Makes it a loan to the member of this id.
    pub fn to_member(self, member_id: MemberId) -> Self {
        Self { member_id, ..self }
    }

    /// Lets it have been made at this time.
    pub fn loaned_at(self, at: OffsetDateTime) -> Self {
        Self { loaned_at: at, ..self }
    }

    /// Makes it due after this many days.
    pub fn for_days(self, days: u16) -> Self {
        Self { period: LoanPeriod::from_days(days).expect("at least one day"), ..self }
    }

    /// Lets it have been returned a day after it was made.
    pub fn returned(self) -> Self {
        self.returned_after(Duration::DAY)
    }

    /// Lets it have been returned so long after it was made.
    pub fn returned_after(self, time: Duration) -> Self {
        Self { returned_after: Some(time), ..self }
    }

    /// The loan.
    #[must_use]
    pub fn build(self) -> Loan {
        let mut loan = Loan::new(self.id, self.book_id, self.member_id, self.loaned_at, self.period).expect("a loan");
        if let Some(time) = self.returned_after {
            loan.return_book(self.loaned_at + time).expect("an open loan is returned");
        }
        loan
    }
}
