use async_trait::async_trait;
use library_shared_domain::{DependencyError, MemberId, NotificationId};
use std::{fmt, str::FromStr};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// What a queued notification speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationKind {
    /// Asks a new member to prove that the address is theirs.
    Verification,
    /// Lets a member who forgot their password set a new one.
    PasswordReset,
    /// Tells a member that their password was changed.
    PasswordChanged,
    /// Asks a member to prove that an address is theirs that is to take the place of the one they have.
    EmailChange,
    /// Tells a member, at the address that they have, that another is to take its place.
    EmailChangeNotice,
}

/// The text names no kind of notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no notification of the kind {0:?}")]
pub struct InvalidNotificationKind(String);

impl NotificationKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::Verification, Self::PasswordReset, Self::PasswordChanged, Self::EmailChange, Self::EmailChangeNotice];

    /// The name that a queue keeps it under.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::EmailChange => "email_change",
            Self::EmailChangeNotice => "email_change_notice",
        }
    }
}

impl fmt::Display for NotificationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for NotificationKind {
    type Err = InvalidNotificationKind;

    fn from_str(text: &str) -> Result<Self, InvalidNotificationKind> {
        let named = Self::ALL.iter().find(|kind| kind.as_str() == text);
        named.copied().ok_or_else(|| InvalidNotificationKind(text.to_owned()))
    }
}

/// The port that keeps what is to be sent (a transactional outbox: queued in the transaction of the change it speaks of).
///
/// Several workers may share one queue: what one holds a claim on, no other takes until the claim's lease has run out.
#[async_trait]
pub trait NotificationQueue: Send + Sync {
    /// Queues a notification, to be sent as soon as possible. Where one of this kind to this member waits that nobody has tried
    /// to send yet, that one is enough and nothing is added: what it says is composed when it is sent. Within a unit of work, it is
    /// not claimed before the unit has ended, so that it speaks of what the unit changes.
    ///
    /// # Errors
    /// [`EnqueueError::MemberMissing`] where the member is gone.
    async fn enqueue(
        &self,
        id: NotificationId,
        kind: NotificationKind,
        member_id: MemberId,
        now: OffsetDateTime,
    ) -> Result<(), EnqueueError>;

    /// Claims up to `limit` notifications that are due, the oldest first, for as long as `lease`. Each counts as an attempt from
    /// now on, so that one whose worker dies every time comes to an end, too.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn claim(
        &self,
        limit: usize,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Vec<ClaimedNotification>, DependencyError>;

    /// Removes a claimed notification that was sent, or that there is nothing to say about any more. Nothing happens where the
    /// claim has been lost.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn complete(&self, claim: Claim) -> Result<(), DependencyError>;

    /// Gives a claimed notification back, to be tried again at `at`. Nothing happens where the claim has been lost.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn postpone(&self, claim: Claim, at: OffsetDateTime, reason: &str) -> Result<(), DependencyError>;

    /// Keeps a claimed notification as failed: nobody tries it again unless told to. Nothing happens where the claim has been
    /// lost.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn fail(&self, claim: Claim, now: OffsetDateTime, reason: &str) -> Result<(), DependencyError>;

    /// The first `limit` notifications in the queue, the oldest first: those waiting, and those that failed.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn list(&self, limit: usize) -> Result<Vec<QueuedNotification>, DependencyError>;

    /// Makes failed notifications wait to be sent again, with all their attempts before them, and answers with how many they
    /// were: the one of this id, or all.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn retry_failed(&self, id: Option<NotificationId>, now: OffsetDateTime) -> Result<usize, DependencyError>;

    /// How much is in the queue.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn backlog(&self, now: OffsetDateTime) -> Result<QueueBacklog, DependencyError>;
}

/// How much is in a queue at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueBacklog {
    /// How many wait to be sent, those that a worker holds included.
    pub waiting: u64,
    /// How many of these are due: the next worker that comes by takes them.
    pub due: u64,
    /// Since when the one is due that has been for longest, if any is.
    pub oldest_due_since: Option<OffsetDateTime>,
    /// How many were given up.
    pub failed: u64,
}

/// Why a notification was not queued.
#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    /// The member is gone.
    #[error("the member does not exist")]
    MemberMissing,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl From<EnqueueError> for DependencyError {
    /// For those who have written to the member in the same unit of work: that they are missing is then a fault of ours.
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::Dependency(error) => error,
            missing @ EnqueueError::MemberMissing => Self::failed("notification queue", missing),
        }
    }
}

/// The right to send a notification, until its lease runs out and another worker claims it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which notification.
    pub id: NotificationId,
    /// Which claim on it: each has another token.
    pub token: Uuid,
}

/// A notification that this worker may send now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedNotification {
    /// The right to send it.
    pub claim: Claim,
    /// What it speaks of.
    pub kind: NotificationKind,
    /// Whom it goes to.
    pub member_id: MemberId,
    /// How many times it has been tried, this one included.
    pub attempt: u32,
}

/// A notification as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedNotification {
    /// Its id.
    pub id: NotificationId,
    /// What it speaks of.
    pub kind: NotificationKind,
    /// Whom it goes to.
    pub member_id: MemberId,
    /// When it was queued.
    pub queued_at: OffsetDateTime,
    /// How many times it has been tried.
    pub attempts: u32,
    /// Why the last attempt failed, if one did.
    pub last_error: Option<String>,
    /// What will become of it.
    pub state: QueuedState,
}

/// What will become of a queued notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueuedState {
    /// It is tried at this time, or as soon after it as a worker comes by. While a worker holds it, this is when its lease ends.
    Waiting {
        /// When.
        until: OffsetDateTime,
    },
    /// It was given up.
    Failed {
        /// When.
        at: OffsetDateTime,
    },
}

#[cfg(test)]
mod tests {
    use super::NotificationKind;

    #[test]
    fn a_kind_is_read_back_from_its_name() {
        for kind in NotificationKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert!("Verification".parse::<NotificationKind>().is_err());
    }
}
