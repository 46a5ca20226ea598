use library_shared_domain::SessionId;
use time::OffsetDateTime;

/// A session that can be renewed: it has not ended, and its last token has not expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveSession {
    /// Its id.
    pub id: SessionId,
    /// When it was started, by a log-in.
    pub created_at: OffsetDateTime,
    /// When its token was last rotated; the log-in, where it never was.
    pub last_used_at: OffsetDateTime,
}
