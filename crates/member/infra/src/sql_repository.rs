use crate::{
    row::{MemberKeys, MemberRow},
    schema::members,
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use library_member_domain::{
    CreateMemberError, DeleteMemberError, Email, Member, MemberField, MemberRepository, UpdateMemberError,
};
use library_shared_domain::{DependencyError, ListRequest, MemberId, Page};
use library_shared_infra::{
    database::{ListColumn, ListQuery, Prepared, Session, SqlError, SqlFragment, SqlTimestamp, SqlUuid},
    with_connection,
};

/// Keeps the members in a SQL database.
pub struct SqlMemberRepository {
    session: Session,
}

impl SqlMemberRepository {
    /// A repository whose statements go to this session.
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }
}

#[async_trait]
impl MemberRepository for SqlMemberRepository {
    #[tracing::instrument(name = "members.create", skip_all)]
    async fn create(&self, member: &Member) -> Result<(), CreateMemberError> {
        let row = (MemberRow::from(member), MemberKeys::from(member.name()));
        let inserted = with_connection!(self.session.write().await?, |connection| {
            diesel::insert_into(members::table).values(&row).execute(connection).await
        });
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.is_duplicate_of("members", "email_key") => Err(CreateMemberError::DuplicateEmail),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    #[tracing::instrument(name = "members.update", skip_all)]
    async fn update(&self, member: &Member) -> Result<Member, UpdateMemberError> {
        let saved = member.clone().saved();
        let row = members::table.find(SqlUuid::new(member.id())).filter(members::version.eq(member.revision().version.number()));
        let change = (
            members::name.eq(saved.name().as_str()),
            MemberKeys::from(saved.name()),
            members::email.eq(saved.email().as_str()),
            members::email_key.eq(saved.email().key()),
            members::pending_email.eq(saved.pending_email().map(Email::as_str)),
            members::is_verified.eq(saved.is_verified()),
            members::version.eq(saved.revision().version.number()),
            members::updated_at.eq(SqlTimestamp(saved.revision().updated_at)),
        );
        let updated = with_connection!(self.session.write().await?, |connection| {
            Prepared(diesel::update(row).set(change)).execute(connection).await
        });
        match updated {
            Ok(0) if self.find_by_id(member.id()).await?.is_none() => Err(UpdateMemberError::Missing),
            Ok(0) => Err(UpdateMemberError::Moved),
            Ok(_) => Ok(saved),
            Err(error) if error.is_duplicate_of("members", "email_key") => Err(UpdateMemberError::DuplicateEmail),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    #[tracing::instrument(name = "members.find_by_id", skip_all)]
    async fn find_by_id(&self, id: MemberId) -> Result<Option<Member>, DependencyError> {
        with_connection!(self.session.look_up().await?, |connection| {
            members::table.find(SqlUuid::new(id)).select(MemberRow::as_select()).get_result(connection).await.optional()
        })?
        .map(Member::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "members.find_by_email", skip_all)]
    async fn find_by_email(&self, email: &Email) -> Result<Option<Member>, DependencyError> {
        with_connection!(self.session.look_up().await?, |connection| {
            members::table
                .filter(members::email_key.eq(email.key()))
                .select(MemberRow::as_select())
                .get_result(connection)
                .await
                .optional()
        })?
        .map(Member::try_from)
        .transpose()
    }

    #[tracing::instrument(name = "members.list", skip_all)]
    async fn list(&self, request: &ListRequest<MemberField>) -> Result<Page<Member>, DependencyError> {
        let query = ListQuery::new(request, "members.id", column);
        let rows = with_connection!(self.session.read().await?, |connection| {
            members::table
                .select(MemberRow::as_select())
                .filter(query.condition)
                .order(query.order)
                .limit(query.limit)
                .load(connection)
                .await
        })?;
        Ok(request.page(rows.into_iter().map(Member::try_from).collect::<Result<_, _>>()?))
    }

    #[tracing::instrument(name = "members.delete", skip_all)]
    async fn delete(&self, id: MemberId) -> Result<(), DeleteMemberError> {
        let deleted = with_connection!(self.session.write().await?, |connection| {
            diesel::delete(members::table.find(SqlUuid::new(id))).execute(connection).await
        });
        match deleted_rows(deleted)? {
            0 => Err(DeleteMemberError::Missing),
            _ => Ok(()),
        }
    }

    #[tracing::instrument(name = "members.delete_unchanged", skip_all)]
    async fn delete_unchanged(&self, member: &Member) -> Result<(), DeleteMemberError> {
        let row = members::table.find(SqlUuid::new(member.id())).filter(members::version.eq(member.revision().version.number()));
        let deleted =
            with_connection!(self.session.write().await?, |connection| { diesel::delete(row).execute(connection).await });
        match deleted_rows(deleted)? {
            0 if self.find_by_id(member.id()).await?.is_none() => Err(DeleteMemberError::Missing),
            0 => Err(DeleteMemberError::Moved),
            _ => Ok(()),
        }
    }
}

/// Where what the members are filtered and sorted by is kept.
fn column(field: MemberField) -> ListColumn {
    match field {
        MemberField::Name => ListColumn::Text { text: "members.name", key: "members.name_key", order: "members.name_order" },
        MemberField::Email => ListColumn::Plain("members.email_key"),
        MemberField::IsVerified => ListColumn::Condition(SqlFragment::default().sql("members.is_verified")),
        MemberField::CreatedAt => ListColumn::Plain("members.created_at"),
        MemberField::UpdatedAt => ListColumn::Plain("members.updated_at"),
    }
}

fn deleted_rows(deleted: Result<usize, SqlError>) -> Result<usize, DeleteMemberError> {
    deleted.map_err(|error| match error {
        // An open loan refers to them; all else that does goes with them.
        SqlError::ForeignKeyViolation => DeleteMemberError::HasOpenLoans,
        error => DependencyError::from(error).into(),
    })
}
