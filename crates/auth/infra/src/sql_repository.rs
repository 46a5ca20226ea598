use crate::{
    row::RefreshTokenRow,
    schema::{coalesce, refresh_tokens, sessions},
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    dsl::{exists, not, sql_query},
    sql_types::Binary,
};
use diesel_async::RunQueryDsl;
use library_auth_domain::{
    ActiveSession, RefreshToken, RefreshTokenRepository, Rotation, StartSessionError, Successor, TokenHash,
};
use library_shared_domain::{DependencyError, MemberId, SessionId};
use library_shared_infra::{
    database::{Prepared, Session, SqlError, SqlTimestamp, SqlUuid},
    with_connection,
};
use time::OffsetDateTime;

/// The session of a token. On SQLite one transaction writes at a time, and nothing needs holding.
macro_rules! hold {
    ($lock:literal) => {
        concat!("SELECT id FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)", $lock)
    };
}
const HOLD_ON_POSTGRES: &str = hold!(" FOR KEY SHARE");
const HOLD_ON_SQLITE: &str = hold!("");

/// How many expired sessions go with one statement, which has a time limit.
const REMOVED_AT_ONCE: usize = 500;

/// Keeps the sessions and their refresh tokens in a SQL database.
pub struct SqlRefreshTokenRepository {
    session: Session,
}

impl SqlRefreshTokenRepository {
    /// A repository whose statements go to this session (of the database; not of a member).
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }

    async fn insert(session: &Session, token: &RefreshToken) -> Result<(), SqlError> {
        let row = RefreshTokenRow::from(token);
        with_connection!(session.write().await?, |connection| {
            diesel::insert_into(refresh_tokens::table).values(&row).execute(connection).await
        })?;
        Ok(())
    }

    /// Revokes the token where it is still good. The one statement is what decides between callers at once: the second one finds
    /// the row revoked.
    async fn revoke_if_good(
        session: &Session,
        hash: &TokenHash,
        now: OffsetDateTime,
    ) -> Result<Option<RefreshToken>, DependencyError> {
        let live_session =
            sessions::table.filter(sessions::id.eq(refresh_tokens::session_id)).filter(sessions::revoked_at.is_null());
        let good = refresh_tokens::table
            .filter(refresh_tokens::token_hash.eq(hash.as_bytes().as_slice()))
            .filter(refresh_tokens::revoked_at.is_null().and(refresh_tokens::expires_at.gt(SqlTimestamp(now))))
            .filter(exists(live_session));
        with_connection!(session.write().await?, |connection| {
            diesel::update(good)
                .set(refresh_tokens::revoked_at.eq(SqlTimestamp(now)))
                .returning(refresh_tokens::all_columns)
                .get_result::<RefreshTokenRow>(connection)
                .await
                .optional()
        })?
        .map(RefreshToken::try_from)
        .transpose()
    }

    /// Takes the lock on the session before that on the token, in the order in which deleting a member takes them: the other way
    /// round, the two could wait for each other.
    async fn hold_session(session: &Session, hash: &TokenHash) -> Result<(), DependencyError> {
        with_connection!(session.write().await?, |connection, statement = (HOLD_ON_POSTGRES, HOLD_ON_SQLITE)| {
            sql_query(statement).bind::<Binary, _>(hash.as_bytes().as_slice()).execute(connection).await
        })?;
        Ok(())
    }

    /// Keeps when the session was used.
    async fn mark_used(session: &Session, used: SessionId, now: OffsetDateTime) -> Result<(), DependencyError> {
        let used = sessions::table.find(SqlUuid::new(used));
        with_connection!(session.write().await?, |connection| {
            Prepared(diesel::update(used).set(sessions::refreshed_at.eq(SqlTimestamp(now)))).execute(connection).await
        })?;
        Ok(())
    }

    /// The token of this hash, and when its session ended, if it has.
    async fn find(
        session: &Session,
        hash: &TokenHash,
    ) -> Result<Option<(RefreshToken, Option<OffsetDateTime>)>, DependencyError> {
        let found = with_connection!(session.look_up().await?, |connection| {
            refresh_tokens::table
                .inner_join(sessions::table)
                .filter(refresh_tokens::token_hash.eq(hash.as_bytes().as_slice()))
                .select((refresh_tokens::all_columns, sessions::revoked_at))
                .get_result::<(RefreshTokenRow, Option<SqlTimestamp>)>(connection)
                .await
                .optional()
        })?;
        found.map(|(row, ended)| Ok((RefreshToken::try_from(row)?, ended.map(|ended| ended.0)))).transpose()
    }
}

#[async_trait]
impl RefreshTokenRepository for SqlRefreshTokenRepository {
    #[tracing::instrument(name = "refresh_tokens.start_session", skip_all)]
    async fn start_session(&self, first: &RefreshToken, now: OffsetDateTime) -> Result<(), StartSessionError> {
        let together = self.session.together().await?;
        let row = (
            sessions::id.eq(SqlUuid::new(first.session)),
            sessions::member_id.eq(SqlUuid::new(first.member_id)),
            sessions::created_at.eq(SqlTimestamp(now)),
        );
        let inserted = with_connection!(together.session().write().await?, |connection| {
            diesel::insert_into(sessions::table).values(row).execute(connection).await
        });
        match inserted {
            Ok(_) => {}
            Err(SqlError::ForeignKeyViolation) => return Err(StartSessionError::MemberMissing),
            Err(error) => return Err(DependencyError::from(error).into()),
        }
        Self::insert(together.session(), first).await.map_err(DependencyError::from)?;
        together.commit().await?;
        Ok(())
    }

    #[tracing::instrument(name = "refresh_tokens.rotate", skip_all)]
    async fn rotate(
        &self,
        presented: &TokenHash,
        successor: &Successor,
        now: OffsetDateTime,
    ) -> Result<Rotation, DependencyError> {
        let together = self.session.together().await?;
        Self::hold_session(together.session(), presented).await?;
        if let Some(rotated) = Self::revoke_if_good(together.session(), presented, now).await? {
            let token = RefreshToken {
                id: successor.id,
                member_id: rotated.member_id,
                session: rotated.session,
                token_hash: successor.token_hash,
                expires_at: successor.expires_at,
                revoked_at: None,
            };
            Self::insert(together.session(), &token).await?;
            Self::mark_used(together.session(), token.session, now).await?;
            together.commit().await?;
            return Ok(Rotation::Rotated(token));
        }
        Ok(match Self::find(together.session(), presented).await? {
            Some((token, None)) => {
                token.revoked_at.map_or(Rotation::Refused, |at| Rotation::Replayed { session: token.session, at })
            }
            _ => Rotation::Refused,
        })
    }

    #[tracing::instrument(name = "refresh_tokens.find_by_hash", skip_all)]
    async fn find_by_hash(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, DependencyError> {
        let found = Self::find(&self.session, hash).await?;
        Ok(found.map(|(token, ended)| RefreshToken { revoked_at: token.revoked_at.or(ended), ..token }))
    }

    #[tracing::instrument(name = "refresh_tokens.list_active", skip_all)]
    async fn list_active(
        &self,
        member_id: MemberId,
        limit: usize,
        now: OffsetDateTime,
    ) -> Result<Vec<ActiveSession>, DependencyError> {
        let last_used_at = coalesce(sessions::refreshed_at, sessions::created_at);
        let active = sessions::table
            .filter(sessions::member_id.eq(SqlUuid::new(member_id)).and(sessions::revoked_at.is_null()))
            .filter(exists(usable_token(SqlTimestamp(now))))
            .order((last_used_at.desc(), sessions::id.desc()))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((sessions::id, sessions::created_at, last_used_at));
        let rows: Vec<(SqlUuid, SqlTimestamp, SqlTimestamp)> =
            with_connection!(self.session.read().await?, |connection| { active.load(connection).await })?;
        let session = |(id, created_at, last_used_at): (SqlUuid, SqlTimestamp, SqlTimestamp)| ActiveSession {
            id: id.id(),
            created_at: created_at.0,
            last_used_at: last_used_at.0,
        };
        Ok(rows.into_iter().map(session).collect())
    }

    #[tracing::instrument(name = "refresh_tokens.is_active", skip_all)]
    async fn is_active(&self, member_id: MemberId, session: SessionId, now: OffsetDateTime) -> Result<bool, DependencyError> {
        let active = active_session(SqlUuid::new(member_id), SqlUuid::new(session), SqlTimestamp(now)).select(sessions::id);
        let found =
            with_connection!(self.session.read().await?, |connection| { active.first::<SqlUuid>(connection).await.optional() })?;
        Ok(found.is_some())
    }

    #[tracing::instrument(name = "refresh_tokens.revoke_active", skip_all)]
    async fn revoke_active(&self, member_id: MemberId, session: SessionId, now: OffsetDateTime) -> Result<bool, DependencyError> {
        let active = active_session(SqlUuid::new(member_id), SqlUuid::new(session), SqlTimestamp(now));
        let ended = with_connection!(self.session.write().await?, |connection| {
            diesel::update(active).set(sessions::revoked_at.eq(SqlTimestamp(now))).execute(connection).await
        })?;
        Ok(ended > 0)
    }

    #[tracing::instrument(name = "refresh_tokens.revoke_session", skip_all)]
    async fn revoke_session(&self, session: SessionId, now: OffsetDateTime) -> Result<(), DependencyError> {
        let live = sessions::table.find(SqlUuid::new(session)).filter(sessions::revoked_at.is_null());
        with_connection!(self.session.write().await?, |connection| {
            diesel::update(live).set(sessions::revoked_at.eq(SqlTimestamp(now))).execute(connection).await
        })?;
        Ok(())
    }

    #[tracing::instrument(name = "refresh_tokens.revoke_sessions_of", skip_all)]
    async fn revoke_sessions_of(
        &self,
        member_id: MemberId,
        except: Option<SessionId>,
        now: OffsetDateTime,
    ) -> Result<(), DependencyError> {
        let live = sessions::table.filter(sessions::member_id.eq(SqlUuid::new(member_id))).filter(sessions::revoked_at.is_null());
        let ended = sessions::revoked_at.eq(SqlTimestamp(now));
        with_connection!(self.session.write().await?, |connection| {
            match except {
                Some(kept) => {
                    let others = live.filter(sessions::id.ne(SqlUuid::new(kept)));
                    diesel::update(others).set(ended).execute(connection).await
                }
                None => diesel::update(live).set(ended).execute(connection).await,
            }
        })?;
        Ok(())
    }

    #[tracing::instrument(name = "refresh_tokens.remove_expired", skip_all)]
    async fn remove_expired(&self, before: OffsetDateTime) -> Result<usize, DependencyError> {
        let mut removed = 0;
        loop {
            let unexpired = refresh_tokens::table
                .filter(refresh_tokens::session_id.eq(sessions::id))
                .filter(refresh_tokens::expires_at.ge(SqlTimestamp(before)));
            // A session that is being started has no token yet, and was created after this time.
            let expired = sessions::table
                .filter(sessions::created_at.lt(SqlTimestamp(before)))
                .filter(not(exists(unexpired)))
                .select(sessions::id)
                .limit(i64::try_from(REMOVED_AT_ONCE).unwrap_or(i64::MAX));
            let ids: Vec<SqlUuid> =
                with_connection!(self.session.read().await?, |connection| { expired.load(connection).await })?;
            let those = sessions::table.filter(sessions::id.eq_any(&ids));
            removed +=
                with_connection!(self.session.write().await?, |connection| { diesel::delete(those).execute(connection).await })?;
            if ids.len() < REMOVED_AT_ONCE {
                break;
            }
        }
        Ok(removed)
    }
}

/// This session of this member, if it is active.
#[diesel::dsl::auto_type]
fn active_session(member: SqlUuid, session: SqlUuid, now: SqlTimestamp) -> _ {
    let usable: usable_token = usable_token(now);
    sessions::table
        .find(session)
        .filter(sessions::member_id.eq(member).and(sessions::revoked_at.is_null()))
        .filter(exists(usable))
}

/// The token of a session that can still be rotated.
#[diesel::dsl::auto_type]
fn usable_token(now: SqlTimestamp) -> _ {
    refresh_tokens::table
        .filter(refresh_tokens::session_id.eq(sessions::id))
        .filter(refresh_tokens::revoked_at.is_null().and(refresh_tokens::expires_at.gt(now)))
}
