use crate::{
    row::{BacklogRow, ClaimedRow, NotificationRow},
    schema::notifications,
};
use async_trait::async_trait;
use diesel::{
    ExpressionMethods, QueryDsl,
    dsl::sql_query,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl;
use library_notification_domain::{
    Claim, ClaimedNotification, EnqueueError, NotificationKind, NotificationQueue, QueueBacklog, QueuedNotification,
};
use library_shared_domain::{DependencyError, IdGenerator, MemberId, NotificationId};
use library_shared_infra::{
    database::{DbTimestamp, DbUuid, Session, SqlError, SqlTimestamp, SqlUuid},
    with_connection,
};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Takes what is due with one statement, so that two workers never take the same. The parameters stand in the order in which
/// they are bound, because SQLite counts them as they come.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM notifications WHERE failed_at IS NULL AND due_at <= $1 \
             AND (leased_until IS NULL OR leased_until <= $1) ORDER BY due_at, id LIMIT $2 ",
            $lock,
            ") UPDATE notifications SET leased_until = $3, claim_token = $4, attempts = attempts + 1 \
             WHERE id IN (SELECT id FROM due) RETURNING id, kind, member_id, attempts, claim_token, due_at"
        )
    };
}

/// On PostgreSQL, rows that another worker is just taking are passed over; on SQLite, one statement writes at a time.
const CLAIM_ON_POSTGRES: &str = claim!("FOR UPDATE SKIP LOCKED");
const CLAIM_ON_SQLITE: &str = claim!("");

/// Queues a notification unless an untried one of its kind waits. That one is written to all the same, which holds it: a worker
/// that would claim it before the caller's change is committed would compose it from what was true before.
const ENQUEUE: &str = "INSERT INTO notifications (id, kind, member_id, queued_at, attempts, due_at) VALUES ($1, $2, $3, $4, 0, $4) \
                       ON CONFLICT (member_id, kind) WHERE attempts = 0 AND last_error IS NULL DO UPDATE SET attempts = 0";

/// Counts the whole queue in one statement, so that the numbers are of one moment. Who is claimed is due again when the lease ends.
const BACKLOG: &str = "WITH waiting AS (SELECT CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END AS due_at \
    FROM notifications WHERE failed_at IS NULL) \
    SELECT COUNT(*) AS waiting, COUNT(*) FILTER (WHERE due_at <= $1) AS due, \
    MIN(due_at) FILTER (WHERE due_at <= $1) AS oldest_due_since, \
    (SELECT COUNT(*) FROM notifications WHERE failed_at IS NOT NULL) AS failed FROM waiting";

/// The row of a claim, as long as nobody else has claimed it since.
macro_rules! claimed {
    ($claim:expr) => {
        notifications::table
            .find(SqlUuid::new($claim.id))
            .filter(notifications::claim_token.eq(SqlUuid::new($claim.token)))
            .filter(notifications::failed_at.is_null())
    };
}

/// Keeps what is to be sent in a SQL database.
pub struct SqlNotificationQueue {
    session: Session,
    ids: Arc<dyn IdGenerator>,
}

impl SqlNotificationQueue {
    /// A queue whose statements go to this session.
    pub fn new(session: impl Into<Session>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { session: session.into(), ids }
    }
}

#[async_trait]
impl NotificationQueue for SqlNotificationQueue {
    #[tracing::instrument(name = "notifications.enqueue", skip_all)]
    async fn enqueue(
        &self,
        id: NotificationId,
        kind: NotificationKind,
        member_id: MemberId,
        now: OffsetDateTime,
    ) -> Result<(), EnqueueError> {
        let inserted = with_connection!(self.session.write().await?, |connection| {
            sql_query(ENQUEUE)
                .bind::<DbUuid, _>(SqlUuid::new(id))
                .bind::<Text, _>(kind.as_str())
                .bind::<DbUuid, _>(SqlUuid::new(member_id))
                .bind::<DbTimestamp, _>(SqlTimestamp(now))
                .execute(connection)
                .await
        });
        match inserted {
            Ok(_) => Ok(()),
            Err(SqlError::ForeignKeyViolation) => Err(EnqueueError::MemberMissing),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    // Without a span: an empty queue is looked at twice a second, and each look would be a trace of its own.
    async fn claim(
        &self,
        limit: usize,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Vec<ClaimedNotification>, DependencyError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let token = SqlUuid::new(self.ids.generate());
        let mut rows = with_connection!(self.session.write().await?, |connection, statement = (CLAIM_ON_POSTGRES, CLAIM_ON_SQLITE)| {
            sql_query(statement)
                .bind::<DbTimestamp, _>(SqlTimestamp(now))
                .bind::<BigInt, _>(limit)
                .bind::<DbTimestamp, _>(SqlTimestamp(now + lease))
                .bind::<DbUuid, _>(token)
                .load::<ClaimedRow>(connection)
                .await
        })?;
        // A statement that changes rows returns them in no order.
        rows.sort_by_key(ClaimedRow::order);
        rows.into_iter().map(ClaimedNotification::try_from).collect()
    }

    #[tracing::instrument(name = "notifications.complete", skip_all)]
    async fn complete(&self, claim: Claim) -> Result<(), DependencyError> {
        with_connection!(self.session.write().await?, |connection| {
            diesel::delete(claimed!(claim)).execute(connection).await
        })?;
        Ok(())
    }

    #[tracing::instrument(name = "notifications.postpone", skip_all)]
    async fn postpone(&self, claim: Claim, at: OffsetDateTime, reason: &str) -> Result<(), DependencyError> {
        let change = (
            notifications::due_at.eq(SqlTimestamp(at)),
            notifications::claim_token.eq(None::<SqlUuid>),
            notifications::leased_until.eq(None::<SqlTimestamp>),
            notifications::last_error.eq(reason),
        );
        with_connection!(self.session.write().await?, |connection| {
            diesel::update(claimed!(claim)).set(change).execute(connection).await
        })?;
        Ok(())
    }

    #[tracing::instrument(name = "notifications.fail", skip_all)]
    async fn fail(&self, claim: Claim, now: OffsetDateTime, reason: &str) -> Result<(), DependencyError> {
        let change = (
            notifications::failed_at.eq(SqlTimestamp(now)),
            notifications::claim_token.eq(None::<SqlUuid>),
            notifications::last_error.eq(reason),
        );
        with_connection!(self.session.write().await?, |connection| {
            diesel::update(claimed!(claim)).set(change).execute(connection).await
        })?;
        Ok(())
    }

    #[tracing::instrument(name = "notifications.list", skip_all)]
    async fn list(&self, limit: usize) -> Result<Vec<QueuedNotification>, DependencyError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = with_connection!(self.session.read().await?, |connection| {
            notifications::table.order(notifications::id.asc()).limit(limit).load::<NotificationRow>(connection).await
        })?;
        rows.into_iter().map(QueuedNotification::try_from).collect()
    }

    #[tracing::instrument(name = "notifications.retry_failed", skip_all)]
    async fn retry_failed(&self, id: Option<NotificationId>, now: OffsetDateTime) -> Result<usize, DependencyError> {
        let change = (
            notifications::failed_at.eq(None::<SqlTimestamp>),
            notifications::attempts.eq(0),
            notifications::due_at.eq(SqlTimestamp(now)),
            notifications::leased_until.eq(None::<SqlTimestamp>),
        );
        let failed = notifications::table.filter(notifications::failed_at.is_not_null());
        let retried = if let Some(id) = id {
            with_connection!(self.session.write().await?, |connection| {
                diesel::update(failed.filter(notifications::id.eq(SqlUuid::new(id)))).set(change).execute(connection).await
            })
        } else {
            with_connection!(self.session.write().await?, |connection| {
                diesel::update(failed).set(change).execute(connection).await
            })
        };
        Ok(retried?)
    }

    #[tracing::instrument(name = "notifications.backlog", skip_all)]
    async fn backlog(&self, now: OffsetDateTime) -> Result<QueueBacklog, DependencyError> {
        let row = with_connection!(self.session.read().await?, |connection| {
            sql_query(BACKLOG).bind::<DbTimestamp, _>(SqlTimestamp(now)).get_result::<BacklogRow>(connection).await
        })?;
        QueueBacklog::try_from(row)
    }
}
