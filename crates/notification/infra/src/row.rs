use diesel::{Queryable, QueryableByName};
use library_notification_domain::{Claim, ClaimedNotification, NotificationKind, QueueBacklog, QueuedNotification, QueuedState};
use library_shared_domain::{DependencyError, NotificationId};
use library_shared_infra::database::{DbTimestamp, DbUuid, SqlTimestamp, SqlUuid, corrupt};
use std::fmt::Display;
use time::OffsetDateTime;

#[derive(Queryable)]
pub struct NotificationRow {
    id: SqlUuid,
    kind: String,
    member_id: SqlUuid,
    queued_at: SqlTimestamp,
    attempts: i32,
    due_at: SqlTimestamp,
    _claim_token: Option<SqlUuid>,
    leased_until: Option<SqlTimestamp>,
    last_error: Option<String>,
    failed_at: Option<SqlTimestamp>,
}

impl TryFrom<NotificationRow> for QueuedNotification {
    type Error = DependencyError;

    fn try_from(row: NotificationRow) -> Result<Self, DependencyError> {
        let id: NotificationId = row.id.id();
        Ok(Self {
            id,
            kind: kind(id, &row.kind)?,
            member_id: row.member_id.id(),
            queued_at: row.queued_at.0,
            attempts: count(id, row.attempts)?,
            last_error: row.last_error,
            state: match row.failed_at {
                Some(at) => QueuedState::Failed { at: at.0 },
                None => {
                    QueuedState::Waiting { until: row.leased_until.map_or(row.due_at.0, |leased| leased.0.max(row.due_at.0)) }
                }
            },
        })
    }
}

#[derive(QueryableByName)]
pub struct ClaimedRow {
    #[diesel(sql_type = DbUuid)]
    id: SqlUuid,
    #[diesel(sql_type = diesel::sql_types::Text)]
    kind: String,
    #[diesel(sql_type = DbUuid)]
    member_id: SqlUuid,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    attempts: i32,
    #[diesel(sql_type = DbUuid)]
    claim_token: SqlUuid,
    #[diesel(sql_type = DbTimestamp)]
    due_at: SqlTimestamp,
}

impl ClaimedRow {
    /// What claimed notifications are ordered by: the one that has been due for longest comes first.
    pub fn order(&self) -> (OffsetDateTime, NotificationId) {
        (self.due_at.0, self.id.id())
    }
}

impl TryFrom<ClaimedRow> for ClaimedNotification {
    type Error = DependencyError;

    fn try_from(row: ClaimedRow) -> Result<Self, DependencyError> {
        let id: NotificationId = row.id.id();
        Ok(Self {
            claim: Claim { id, token: row.claim_token.id() },
            kind: kind(id, &row.kind)?,
            member_id: row.member_id.id(),
            attempt: count(id, row.attempts)?,
        })
    }
}

#[derive(QueryableByName)]
pub struct BacklogRow {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    waiting: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    due: i64,
    #[diesel(sql_type = diesel::sql_types::Nullable<DbTimestamp>)]
    oldest_due_since: Option<SqlTimestamp>,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    failed: i64,
}

impl TryFrom<BacklogRow> for QueueBacklog {
    type Error = DependencyError;

    fn try_from(row: BacklogRow) -> Result<Self, DependencyError> {
        let number = |count: i64| u64::try_from(count).map_err(|error| DependencyError::failed("database", error));
        Ok(Self {
            waiting: number(row.waiting)?,
            due: number(row.due)?,
            oldest_due_since: row.oldest_due_since.map(|since| since.0),
            failed: number(row.failed)?,
        })
    }
}

fn kind(id: NotificationId, text: &str) -> Result<NotificationKind, DependencyError> {
    text.parse().map_err(|error| unreadable(id, error))
}

fn count(id: NotificationId, number: i32) -> Result<u32, DependencyError> {
    u32::try_from(number).map_err(|error| unreadable(id, error))
}

fn unreadable(id: NotificationId, rule: impl Display) -> DependencyError {
    corrupt("notifications", id, rule)
}
