use crate::Loan;
use library_shared_domain::{FieldKind, ListField, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// What loans can be filtered and sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoanField {
    /// Which book it is.
    BookId,
    /// Who has or had it. Clients do not name it: they see the loans of whoever calls.
    MemberId,
    /// Whether the member still has it.
    Open,
    /// Whether the member still has it after the day it was due.
    Overdue,
    /// When it was lent.
    LoanedAt,
    /// When it is due.
    DueAt,
}

impl ListField for LoanField {
    type Item = Loan;

    const ALL: &'static [Self] = &[Self::BookId, Self::Open, Self::Overdue, Self::LoanedAt, Self::DueAt];

    fn name(self) -> &'static str {
        match self {
            Self::BookId => "book_id",
            Self::MemberId => "member_id",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::LoanedAt => "loaned_at",
            Self::DueAt => "due_at",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::BookId | Self::MemberId => FieldKind::Id,
            Self::Open | Self::Overdue => FieldKind::Flag,
            Self::LoanedAt | Self::DueAt => FieldKind::Time,
        }
    }

    fn value(self, loan: &Loan, now: OffsetDateTime) -> Value {
        match self {
            Self::BookId => Value::Id(loan.book_id().as_uuid()),
            Self::MemberId => Value::Id(loan.member_id().as_uuid()),
            Self::Open => Value::Flag(loan.is_open()),
            Self::Overdue => Value::Flag(loan.is_overdue(now)),
            Self::LoanedAt => Value::Time(loan.loaned_at()),
            Self::DueAt => Value::Time(loan.due_at()),
        }
    }

    fn id(loan: &Loan) -> Uuid {
        loan.id().as_uuid()
    }
}
