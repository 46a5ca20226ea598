use crate::{row::LoanRow, schema::loans};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use library_loan_domain::{CreateLoanError, DeleteLoanError, Loan, LoanRepository, UpdateLoanError};
use library_shared_domain::{BookId, DependencyError, LoanId, MemberId, Page, PageRequest};
use library_shared_infra::{
    database::{Session, SqlError, SqlTimestamp, SqlUuid, before, surplus},
    with_connection,
};

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
            diesel::update(row).set(change).execute(connection).await
        });
        match updated.map_err(DependencyError::from)? {
            0 if self.find_by_id(loan.id()).await?.is_none() => Err(UpdateLoanError::Missing),
            0 => Err(UpdateLoanError::Moved),
            _ => Ok(saved),
        }
    }

    #[tracing::instrument(name = "loans.find_by_id", skip_all)]
    async fn find_by_id(&self, id: LoanId) -> Result<Option<Loan>, DependencyError> {
        with_connection!(self.session.read().await?, |connection| {
            loans::table.find(SqlUuid::new(id)).select(LoanRow::as_select()).first(connection).await.optional()
        })?
        .map(Loan::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "loans.find_active_by_book", skip_all)]
    async fn find_active_by_book(&self, book_id: BookId) -> Result<Option<Loan>, DependencyError> {
        with_connection!(self.session.read().await?, |connection| {
            loans::table
                .filter(loans::open_book_id.eq(SqlUuid::new(book_id)))
                .select(LoanRow::as_select())
                .first(connection)
                .await
                .optional()
        })?
        .map(Loan::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "loans.find_by_member", skip_all)]
    async fn find_by_member(
        &self,
        member_id: MemberId,
        request: PageRequest<LoanId>,
    ) -> Result<Page<Loan, LoanId>, DependencyError> {
        let rows = with_connection!(self.session.read().await?, |connection| {
            loans::table
                .filter(loans::member_id.eq(SqlUuid::new(member_id)))
                .filter(loans::id.lt(before(request.after)))
                .order(loans::id.desc())
                .limit(surplus(request.limit))
                .select(LoanRow::as_select())
                .load(connection)
                .await
        })?;
        page(rows, request)
    }

    #[tracing::instrument(name = "loans.list", skip_all)]
    async fn list(&self, request: PageRequest<LoanId>) -> Result<Page<Loan, LoanId>, DependencyError> {
        let rows = with_connection!(self.session.read().await?, |connection| {
            loans::table
                .filter(loans::id.lt(before(request.after)))
                .order(loans::id.desc())
                .limit(surplus(request.limit))
                .select(LoanRow::as_select())
                .load(connection)
                .await
        })?;
        page(rows, request)
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

fn page(rows: Vec<LoanRow>, request: PageRequest<LoanId>) -> Result<Page<Loan, LoanId>, DependencyError> {
    let loans = rows.into_iter().map(Loan::try_from).collect::<Result<_, _>>()?;
    Ok(Page::from_surplus(loans, request.limit, Loan::id))
}
