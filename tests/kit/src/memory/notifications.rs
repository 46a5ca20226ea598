use super::{
    Port,
    state::{NotificationRow, State, keep},
    store::Store,
};
use crate::builders::unique_id;
use async_trait::async_trait;
use library_notification_domain::{
    Claim, ClaimedNotification, EnqueueError, NotificationKind, NotificationQueue, QueueBacklog, QueuedNotification, QueuedState,
};
use library_shared_domain::{DependencyError, MemberId, NotificationId};
use time::{Duration, OffsetDateTime};

pub(super) struct MemoryNotifications(pub(super) Store);

#[async_trait]
impl NotificationQueue for MemoryNotifications {
    async fn enqueue(
        &self,
        id: NotificationId,
        kind: NotificationKind,
        member_id: MemberId,
        now: OffsetDateTime,
    ) -> Result<(), EnqueueError> {
        self.0
            .write(Port::Notifications, |state| {
                if !state.members.contains_key(&member_id) {
                    return Err(EnqueueError::MemberMissing);
                }
                if state
                    .notifications
                    .values()
                    .any(|other| (other.kind, other.member_id) == (kind, member_id) && is_untried(other))
                {
                    return Ok(());
                }
                let queued = NotificationRow {
                    kind,
                    member_id,
                    queued_at: now,
                    available_at: now,
                    attempts: 0,
                    claim: None,
                    last_error: None,
                    failed_at: None,
                };
                Ok(keep(&mut state.notifications, id, queued)?)
            })
            .await
    }

    async fn claim(
        &self,
        limit: usize,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Vec<ClaimedNotification>, DependencyError> {
        self.0.write(Port::Notifications, |state| Ok(claim(state, limit, now, lease))).await
    }

    async fn complete(&self, claim: Claim) -> Result<(), DependencyError> {
        self.0
            .write(Port::Notifications, |state| {
                if claimed(state, claim).is_some() {
                    state.notifications.remove(&claim.id);
                }
                Ok(())
            })
            .await
    }

    async fn postpone(&self, claim: Claim, at: OffsetDateTime, reason: &str) -> Result<(), DependencyError> {
        self.0
            .write(Port::Notifications, |state| {
                if let Some(queued) = claimed(state, claim) {
                    queued.claim = None;
                    queued.available_at = at;
                    queued.last_error = Some(reason.to_owned());
                }
                Ok(())
            })
            .await
    }

    async fn fail(&self, claim: Claim, now: OffsetDateTime, reason: &str) -> Result<(), DependencyError> {
        self.0
            .write(Port::Notifications, |state| {
                if let Some(queued) = claimed(state, claim) {
                    queued.claim = None;
                    queued.failed_at = Some(now);
                    queued.last_error = Some(reason.to_owned());
                }
                Ok(())
            })
            .await
    }

    async fn list(&self, limit: usize) -> Result<Vec<QueuedNotification>, DependencyError> {
        self.0.read(Port::Notifications, |state| {
            let mut all: Vec<_> = state.notifications.iter().map(|(id, queued)| as_seen(*id, queued)).collect();
            all.sort_by_key(|notification| (notification.queued_at, notification.id));
            all.truncate(limit);
            all
        })
    }

    async fn retry_failed(&self, id: Option<NotificationId>, now: OffsetDateTime) -> Result<usize, DependencyError> {
        self.0
            .write(Port::Notifications, |state| {
                let asked_for = state.notifications.iter_mut().filter(|(key, _)| id.is_none_or(|id| id == **key));
                let mut count = 0;
                for (_, queued) in asked_for.filter(|(_, queued)| queued.failed_at.is_some()) {
                    queued.failed_at = None;
                    queued.attempts = 0;
                    queued.available_at = now;
                    count += 1;
                }
                Ok(count)
            })
            .await
    }

    async fn backlog(&self, now: OffsetDateTime) -> Result<QueueBacklog, DependencyError> {
        self.0.read(Port::Notifications, |state| backlog(state, now))
    }
}

fn backlog(state: &State, now: OffsetDateTime) -> QueueBacklog {
    let mut backlog = QueueBacklog::default();
    for queued in state.notifications.values() {
        if queued.failed_at.is_some() {
            backlog.failed += 1;
            continue;
        }
        backlog.waiting += 1;
        if queued.available_at <= now {
            backlog.due += 1;
            let oldest = backlog.oldest_due_since.unwrap_or(queued.available_at);
            backlog.oldest_due_since = Some(oldest.min(queued.available_at));
        }
    }
    backlog
}

/// Claims what has not failed and is available; a claim makes it available again when the lease ends.
fn claim(state: &mut State, limit: usize, now: OffsetDateTime, lease: Duration) -> Vec<ClaimedNotification> {
    let mut due: Vec<_> =
        state.notifications.iter_mut().filter(|(_, queued)| queued.failed_at.is_none() && queued.available_at <= now).collect();
    due.sort_by_key(|(id, queued)| (queued.available_at, **id));
    due.into_iter()
        .take(limit)
        .map(|(id, queued)| {
            let token = unique_id();
            queued.claim = Some(token);
            queued.attempts += 1;
            queued.available_at = now + lease;
            ClaimedNotification {
                claim: Claim { id: *id, token },
                kind: queued.kind,
                member_id: queued.member_id,
                attempt: queued.attempts,
            }
        })
        .collect()
}

/// Whether nobody has tried to send it; one that failed and is to be retried has been tried, although its attempts are all before it.
const fn is_untried(queued: &NotificationRow) -> bool {
    queued.attempts == 0 && queued.last_error.is_none()
}

/// What this claim is on, unless the claim has been lost.
fn claimed(state: &mut State, claim: Claim) -> Option<&mut NotificationRow> {
    state.notifications.get_mut(&claim.id).filter(|queued| queued.claim == Some(claim.token))
}

fn as_seen(id: NotificationId, queued: &NotificationRow) -> QueuedNotification {
    QueuedNotification {
        id,
        kind: queued.kind,
        member_id: queued.member_id,
        queued_at: queued.queued_at,
        attempts: queued.attempts,
        last_error: queued.last_error.clone(),
        state: queued.failed_at.map_or(QueuedState::Waiting { until: queued.available_at }, |at| QueuedState::Failed { at }),
    }
}
