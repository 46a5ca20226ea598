use crate::schema::credentials;
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use library_member_domain::{CredentialRepository, Credentials, PasswordHash, ReplaceCredentialsError};
use library_shared_domain::{DependencyError, MemberId};
use library_shared_infra::{
    database::{Session, SqlUuid},
    with_connection,
};

/// Keeps the members' credentials in a SQL database.
pub struct SqlCredentialRepository {
    session: Session,
}

impl SqlCredentialRepository {
    /// A repository whose statements go to this session.
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }
}

#[async_trait]
impl CredentialRepository for SqlCredentialRepository {
    #[tracing::instrument(name = "credentials.create", skip_all)]
    async fn create(&self, new: &Credentials) -> Result<(), DependencyError> {
        let row =
            (credentials::member_id.eq(SqlUuid::new(new.member_id)), credentials::password_hash.eq(new.password_hash.expose()));
        with_connection!(self.session.write().await?, |connection| {
            diesel::insert_into(credentials::table).values(row).execute(connection).await
        })?;
        Ok(())
    }

    #[tracing::instrument(name = "credentials.find_by_member", skip_all)]
    async fn find_by_member(&self, id: MemberId) -> Result<Option<Credentials>, DependencyError> {
        let found = with_connection!(self.session.look_up().await?, |connection| {
            credentials::table
                .find(SqlUuid::new(id))
                .select(credentials::password_hash)
                .get_result::<String>(connection)
                .await
                .optional()
        })?;
        Ok(found.map(|hash| Credentials { member_id: id, password_hash: PasswordHash::from_phc(hash) }))
    }

    /// On PostgreSQL the lock, which lasts as long as the statement, waits for a replacement that is not committed. SQLite writes one
    /// transaction at a time: a replacement that is not committed began after what was written before this was asked for.
    #[tracing::instrument(name = "credentials.is_current", skip_all)]
    async fn is_current(&self, judged: &Credentials) -> Result<bool, DependencyError> {
        let unchanged = credentials::table
            .find(SqlUuid::new(judged.member_id))
            .filter(credentials::password_hash.eq(judged.password_hash.expose()))
            .select(credentials::member_id);
        let found = with_connection!(self.session.read().await?, |connection, query = (unchanged.for_share(), unchanged)| {
            query.first::<SqlUuid>(connection).await.optional()
        })?;
        Ok(found.is_some())
    }

    #[tracing::instrument(name = "credentials.replace", skip_all)]
    async fn replace(&self, current: &Credentials, new: &PasswordHash) -> Result<(), ReplaceCredentialsError> {
        let unchanged = credentials::table
            .find(SqlUuid::new(current.member_id))
            .filter(credentials::password_hash.eq(current.password_hash.expose()));
        let replaced = with_connection!(self.session.write().await?, |connection| {
            diesel::update(unchanged).set(credentials::password_hash.eq(new.expose())).execute(connection).await
        });
        match replaced.map_err(DependencyError::from)? {
            0 => Err(ReplaceCredentialsError::Moved),
            _ => Ok(()),
        }
    }
}
