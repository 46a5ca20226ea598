use crate::LoanPeriod;
use library_shared_domain::{BookId, LoanId, MemberId, Revision};
use time::OffsetDateTime;

/// A book in a member's hands, from the day it was lent to the day it came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loan {
    id: LoanId,
    book_id: BookId,
    member_id: MemberId,
    loaned_at: OffsetDateTime,
    due_at: OffsetDateTime,
    returned_at: Option<OffsetDateTime>,
    revision: Revision,
}

/// The dates contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLoan {
    /// It would be due before it was lent.
    #[error("a loan is due on or after the day it was made")]
    DueBeforeLoaned,
    /// It would have been returned before it was lent.
    #[error("a loan is returned on or after the day it was made")]
    ReturnedBeforeLoaned,
}

/// Why a loan cannot be returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReturnError {
    /// It has been returned.
    #[error("the loan has already been returned")]
    AlreadyReturned,
    /// It would have been returned before it was lent.
    #[error("a loan is returned on or after the day it was made")]
    BeforeLoaned,
}

impl Loan {
    /// Lends a book now, for a period.
    ///
    /// # Errors
    /// Never for a real period and clock; see [`restore`](Self::restore).
    pub fn new(
        id: LoanId,
        book_id: BookId,
        member_id: MemberId,
        loaned_at: OffsetDateTime,
        period: LoanPeriod,
    ) -> Result<Self, InvalidLoan> {
        let due_at = loaned_at.checked_add(period.duration()).ok_or(InvalidLoan::DueBeforeLoaned)?;
        Self::restore(id, book_id, member_id, loaned_at, due_at, None, Revision::first(loaned_at))
    }

    /// A loan as a repository kept it.
    ///
    /// # Errors
    /// Where it is due or was returned before it was lent.
    pub fn restore(
        id: LoanId,
        book_id: BookId,
        member_id: MemberId,
        loaned_at: OffsetDateTime,
        due_at: OffsetDateTime,
        returned_at: Option<OffsetDateTime>,
        revision: Revision,
    ) -> Result<Self, InvalidLoan> {
        if due_at < loaned_at {
            return Err(InvalidLoan::DueBeforeLoaned);
        }
        if returned_at.is_some_and(|returned_at| returned_at < loaned_at) {
            return Err(InvalidLoan::ReturnedBeforeLoaned);
        }
        Ok(Self { id, book_id, member_id, loaned_at, due_at, returned_at, revision })
    }

    /// Takes the book back now.
    ///
    /// # Errors
    /// Where it has been taken back before, or now is before it was lent.
    pub fn return_book(&mut self, now: OffsetDateTime) -> Result<(), ReturnError> {
        if self.returned_at.is_some() {
            return Err(ReturnError::AlreadyReturned);
        }
        if now < self.loaned_at {
            return Err(ReturnError::BeforeLoaned);
        }
        self.returned_at = Some(now);
        self.revision.touch(now);
        Ok(())
    }

    /// Whether the member still has the book.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.returned_at.is_none()
    }

    /// Whether the member still has the book after the day it was due. At the very moment it is due, it is not overdue.
    #[must_use]
    pub fn is_overdue(&self, now: OffsetDateTime) -> bool {
        self.is_open() && now > self.due_at
    }

    /// The loan as it stands in the repository once this state of it has been saved.
    #[must_use]
    pub fn saved(self) -> Self {
        Self { revision: self.revision.saved(), ..self }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> LoanId {
        self.id
    }

    /// Which book was lent.
    #[must_use]
    pub const fn book_id(&self) -> BookId {
        self.book_id
    }

    /// Who it was lent to.
    #[must_use]
    pub const fn member_id(&self) -> MemberId {
        self.member_id
    }

    /// When it was lent.
    #[must_use]
    pub const fn loaned_at(&self) -> OffsetDateTime {
        self.loaned_at
    }

    /// Until when it should be back.
    #[must_use]
    pub const fn due_at(&self) -> OffsetDateTime {
        self.due_at
    }

    /// When it came back; `None` while the member has it.
    #[must_use]
    pub const fn returned_at(&self) -> Option<OffsetDateTime> {
        self.returned_at
    }

    /// Which saved state this is.
    #[must_use]
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidLoan, Loan, ReturnError};
    use crate::{InvalidLoanPeriod, LoanPeriod};
    use library_shared_domain::{BookId, LoanId, MemberId, Revision};
    use proptest::prelude::*;
    use time::{Duration, OffsetDateTime};
    use uuid::Uuid;

    const LOANED: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn a_loan() -> Loan {
        let nil = Uuid::nil();
        Loan::new(LoanId::from(nil), BookId::from(nil), MemberId::from(nil), LOANED, LoanPeriod::default()).expect("a loan")
    }

    fn restored(due_at: OffsetDateTime, returned_at: Option<OffsetDateTime>) -> Result<Loan, InvalidLoan> {
        let nil = Uuid::nil();
        let revision = Revision::first(LOANED);
        Loan::restore(LoanId::from(nil), BookId::from(nil), MemberId::from(nil), LOANED, due_at, returned_at, revision)
    }

    #[test]
    fn a_book_is_lent_for_fourteen_days() {
        assert_eq!(a_loan().due_at(), LOANED + Duration::days(14));
    }

    #[test]
    fn a_period_has_at_least_one_day() {
        assert_eq!(LoanPeriod::from_days(0), Err(InvalidLoanPeriod));
        assert_eq!(LoanPeriod::from_days(1).map(LoanPeriod::duration), Ok(Duration::DAY));
    }

    #[test]
    fn a_loan_is_due_on_or_after_the_day_it_was_made() {
        assert!(restored(LOANED, None).is_ok());
        assert_eq!(restored(LOANED - Duration::SECOND, None), Err(InvalidLoan::DueBeforeLoaned));
    }

    #[test]
    fn a_loan_is_returned_on_or_after_the_day_it_was_made() {
        assert!(restored(LOANED, Some(LOANED)).is_ok());
        assert_eq!(restored(LOANED, Some(LOANED - Duration::SECOND)), Err(InvalidLoan::ReturnedBeforeLoaned));
        assert_eq!(a_loan().return_book(LOANED - Duration::SECOND), Err(ReturnError::BeforeLoaned));
        assert_eq!(a_loan().return_book(LOANED), Ok(()));
    }

    #[test]
    fn returning_twice_is_an_error_and_changes_nothing() {
        let mut loan = a_loan();
        loan.return_book(LOANED + Duration::DAY).expect("returned");
        let once = loan.clone();
        assert_eq!(loan.return_book(LOANED + Duration::WEEK), Err(ReturnError::AlreadyReturned));
        assert_eq!(loan, once);
    }

    #[test]
    fn a_loan_is_overdue_after_its_due_date_until_it_is_returned() {
        let mut loan = a_loan();
        let late = loan.due_at() + Duration::MICROSECOND;
        assert!(!loan.is_overdue(loan.due_at()));
        assert!(loan.is_overdue(late));
        loan.return_book(late).expect("returned");
        assert!(!loan.is_overdue(late));
    }

    proptest! {
        #[test]
        fn a_loan_whose_dates_are_accepted_is_never_out_of_order(due in -1_000_i64..1_000, returned in proptest::option::of(-1_000_i64..1_000)) {
            let at = |seconds| LOANED + Duration::seconds(seconds);
            if let Ok(loan) = restored(at(due), returned.map(at)) {
                prop_assert!(loan.due_at() >= loan.loaned_at());
                prop_assert!(loan.returned_at().is_none_or(|returned_at| returned_at >= loan.loaned_at()));
            } else {
                prop_assert!(due < 0 || returned.is_some_and(|returned| returned < 0));
            }
        }
    }
}
