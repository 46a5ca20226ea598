use crate::{row::LoanRow, schema::loans};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use library_loan_domain::{CreateLoanError, DeleteLoanError, Loan, LoanField, LoanRepository, UpdateLoanError};
use library_shared_domain::{BookId, DependencyError, ListRequest, LoanId, Page};
use library_shared_infra::{
    database::{ListColumn, ListQuery, Prepared, Session, SqlError, SqlFragment, SqlTimestamp, SqlUuid},
    with_connection,
};
use time::OffsetDateTime;

/// Keeps the loans in a SQL database.
pub struct SqlLoanRepository {
    session: Session,
}

impl SqlLoanRepository {
    /// A repository whose statements go to this session.
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }
}

#[async_trait]
impl LoanRepository for SqlLoanRepository {
    #[tracing::instrument(name = "loans.create", skip_all)]
    async fn create(&self, loan: &Loan) -> Result<(), CreateLoanError> {
        let row = LoanRow::from(loan);
        let inserted = with_connection!(self.session.write().await?, |connection| {
            diesel::insert_into(loans::table).values(&row).execute(connection).await
        });
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.is_duplicate_of("loans", "open_book_id") => Err(CreateLoanError::AlreadyOnLoan),
            Err(SqlError::ForeignKeyViolation) => Err(CreateLoanError::BookOrMemberMissing),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    #[tracing::instrument(name = "loans.update", skip_all)]
    async fn update(&self, loan: &Loan) -> Result<Loan, UpdateLoanError> {
        let saved = loan.clone().saved();
        let row = loans::table.find(SqlUuid::new(loan.id())).filter(loans::version.eq(loan.revision().version.number()));
        let change = (
            loans::returned_at.eq(saved.returned_at().map(SqlTimestamp)),
            loans::version.eq(saved.revision().version.number()),
            loans::updated_at.eq(SqlTimestamp(saved.revision().updated_at)),
        );
        let updated = with_connection!(self.session.write().await?, |connection| {
            Prepared(diesel::update(row).set(change)).execute(connection).await
        });
        match updated.map_err(DependencyError::from)? {
            0 if self.find_by_id(loan.id()).await?.is_none() => Err(UpdateLoanError::Missing),
            0 => Err(UpdateLoanError::Moved),
            _ => Ok(saved),
        }
    }

    #[tracing::instrument(name = "loans.find_by_id", skip_all)]
    async fn find_by_id(&self, id: LoanId) -> Result<Option<Loan>, DependencyError> {
        with_connection!(self.session.look_up().await?, |connection| {
            loans::table.find(SqlUuid::new(id)).select(LoanRow::as_select()).get_result(connection).await.optional()
        })?
        .map(Loan::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "loans.find_active_by_book", skip_all)]
    async fn find_active_by_book(&self, book_id: BookId) -> Result<Option<Loan>, DependencyError> {
        with_connection!(self.session.look_up().await?, |connection| {
            loans::table
                .filter(loans::open_book_id.eq(SqlUuid::new(book_id)))
                .select(LoanRow::as_select())
                .get_result(connection)
                .await
                .optional()
        })?
        .map(Loan::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "loans.list", skip_all)]
    async fn list(&self, request: &ListRequest<LoanField>, now: OffsetDateTime) -> Result<Page<Loan>, DependencyError> {
        let query = ListQuery::new(request, "loans.id", |field| column(field, now));
        let rows = with_connection!(self.session.read().await?, |connection| {
            loans::table
                .select(LoanRow::as_select())
                .filter(query.condition)
                .order(query.order)
                .limit(query.limit)
                .load(connection)
                .await
        })?;
        Ok(request.page(rows.into_iter().map(Loan::try_from).collect::<Result<_, _>>()?))
    }

    #[tracing::instrument(name = "loans.delete", skip_all)]
    async fn delete(&self, id: LoanId) -> Result<(), DeleteLoanError> {
        let deleted = with_connection!(self.session.write().await?, |connection| {
            diesel::delete(loans::table.find(SqlUuid::new(id))).execute(connection).await
        });
        match deleted.map_err(DependencyError::from)? {
            0 => Err(DeleteLoanError::Missing),
            _ => Ok(()),
        }
    }
}

/// Where what loans are filtered and sorted by is kept.
fn column(field: LoanField, now: OffsetDateTime) -> ListColumn {
    let sql = SqlFragment::default();
    match field {
        LoanField::BookId => ListColumn::Plain("loans.book_id"),
        LoanField::MemberId => ListColumn::Plain("loans.member_id"),
        LoanField::Open => ListColumn::Condition(sql.sql("loans.returned_at IS NULL")),
        LoanField::Overdue => {
            ListColumn::Condition(sql.sql("loans.returned_at IS NULL AND loans.due_at < ").timestamp(SqlTimestamp(now)))
        }
        LoanField::LoanedAt => ListColumn::Plain("loans.loaned_at"),
        LoanField::DueAt => ListColumn::Plain("loans.due_at"),
    }
}
