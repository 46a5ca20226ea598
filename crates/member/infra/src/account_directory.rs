use crate::schema::members;
use async_trait::async_trait;
use diesel::{OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use library_auth_domain::{Account, AccountDirectory};
use library_shared_domain::{DependencyError, MemberId};
use library_shared_infra::{
    database::{Session, SqlUuid},
    with_connection,
};

/// Tells from the database, and never from a cache, whether an account exists and is verified.
pub struct SqlAccountDirectory {
    session: Session,
}

impl SqlAccountDirectory {
    /// A directory whose statements go to this session.
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }
}

#[async_trait]
impl AccountDirectory for SqlAccountDirectory {
    #[tracing::instrument(name = "accounts.find", skip_all)]
    async fn find(&self, member_id: MemberId) -> Result<Option<Account>, DependencyError> {
        let found = with_connection!(self.session.look_up().await?, |connection| {
            members::table
                .find(SqlUuid::new(member_id))
                .select(members::is_verified)
                .get_result::<bool>(connection)
                .await
                .optional()
        })?;
        Ok(found.map(|is_verified| Account { is_verified }))
    }
}
