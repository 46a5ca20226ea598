use library_loan_domain::Loan;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

/// A loan, as clients see it; times are RFC 3339, in UTC.
#[derive(Serialize)]
pub struct LoanBody {
    id: Uuid,
    book_id: Uuid,
    member_id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    loaned_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    due_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    returned_at: Option<OffsetDateTime>,
}

impl From<&Loan> for LoanBody {
    fn from(loan: &Loan) -> Self {
        Self {
            id: loan.id().as_uuid(),
            book_id: loan.book_id().as_uuid(),
            member_id: loan.member_id().as_uuid(),
            loaned_at: loan.loaned_at(),
            due_at: loan.due_at(),
            returned_at: loan.returned_at(),
        }
    }
}
