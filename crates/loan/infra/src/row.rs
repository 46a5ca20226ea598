use crate::schema::loans;
use diesel::{Insertable, Queryable, Selectable};
use library_loan_domain::Loan;
use library_shared_domain::{DependencyError, LoanId};
use library_shared_infra::database::{SqlTimestamp, SqlUuid, corrupt, revision};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = loans, treat_none_as_default_value = false)]
pub struct LoanRow {
    id: SqlUuid,
    book_id: SqlUuid,
    member_id: SqlUuid,
    loaned_at: SqlTimestamp,
    due_at: SqlTimestamp,
    returned_at: Option<SqlTimestamp>,
    version: i64,
    created_at: SqlTimestamp,
    updated_at: SqlTimestamp,
}

impl From<&Loan> for LoanRow {
    fn from(loan: &Loan) -> Self {
        let revision = loan.revision();
        Self {
            id: SqlUuid::new(loan.id()),
            book_id: SqlUuid::new(loan.book_id()),
            member_id: SqlUuid::new(loan.member_id()),
            loaned_at: SqlTimestamp(loan.loaned_at()),
            due_at: SqlTimestamp(loan.due_at()),
            returned_at: loan.returned_at().map(SqlTimestamp),
            version: revision.version.number(),
            created_at: SqlTimestamp(revision.created_at),
            updated_at: SqlTimestamp(revision.updated_at),
        }
    }
}

impl TryFrom<LoanRow> for Loan {
    type Error = DependencyError;

    fn try_from(row: LoanRow) -> Result<Self, DependencyError> {
        let id: LoanId = row.id.id();
        let revision = revision(row.version, row.created_at, row.updated_at);
        let returned_at = row.returned_at.map(|returned_at| returned_at.0);
        Self::restore(id, row.book_id.id(), row.member_id.id(), row.loaned_at.0, row.due_at.0, returned_at, revision)
            .map_err(|error| corrupt("loans", id, error))
    }
}
