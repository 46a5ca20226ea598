use crate::openapi;
use library_loan_domain::Loan;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A loan, as clients see it; times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Loan, examples(openapi::loan))]
pub struct LoanBody {
    /// The id of the loan.
    id: Uuid,
    /// The book that is lent.
    book_id: Uuid,
    /// The member who has it.
    member_id: Uuid,
    /// When it was borrowed.
    #[serde(with = "time::serde::rfc3339")]
    loaned_at: OffsetDateTime,
    /// When it is to be back.
    #[serde(with = "time::serde::rfc3339")]
    due_at: OffsetDateTime,
    /// When it came back; null while it is out.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
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
