use crate::{ActiveSession, RefreshToken, TokenHash};
use async_trait::async_trait;
use library_shared_domain::{DependencyError, MemberId, RefreshTokenId, SessionId};
use time::OffsetDateTime;

/// The port that keeps the sessions and their refresh tokens.
#[async_trait]
pub trait RefreshTokenRepository: Send + Sync {
    /// Keeps a new session with its first token.
    ///
    /// # Errors
    /// [`StartSessionError::MemberMissing`] where the member is gone.
    async fn start_session(&self, first: &RefreshToken, now: OffsetDateTime) -> Result<(), StartSessionError>;

    /// Revokes the token of this hash and puts its successor in its place, in one atomic step: of many callers who present one
    /// token at once, exactly one gets [`Rotation::Rotated`]. That is a use of the session.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn rotate(
        &self,
        presented: &TokenHash,
        successor: &Successor,
        now: OffsetDateTime,
    ) -> Result<Rotation, DependencyError>;

    /// The token of this hash, whatever its state.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_hash(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, DependencyError>;

    /// The active sessions of a member, so many at most: those that were used last, the last one first.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn list_active(
        &self,
        member_id: MemberId,
        limit: usize,
        now: OffsetDateTime,
    ) -> Result<Vec<ActiveSession>, DependencyError>;

    /// Whether this member has such an active session: it has not ended, and its last token has not expired.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn is_active(&self, member_id: MemberId, session: SessionId, now: OffsetDateTime) -> Result<bool, DependencyError>;

    /// Ends a session of this member as [`revoke_session`](Self::revoke_session) does, and answers with whether they had such an active
    /// session. Of many who end one session at once, exactly one is told that there was one.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn revoke_active(&self, member_id: MemberId, session: SessionId, now: OffsetDateTime) -> Result<bool, DependencyError>;

    /// Ends a session: none of its tokens is accepted any more, nor one that is being made at this moment. The first time that
    /// this happened is the one that is kept; a session that does not exist needs no ending.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn revoke_session(&self, session: SessionId, now: OffsetDateTime) -> Result<(), DependencyError>;

    /// Ends all sessions of a member, or all but one, as [`revoke_session`](Self::revoke_session) ends each.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn revoke_sessions_of(
        &self,
        member_id: MemberId,
        except: Option<SessionId>,
        now: OffsetDateTime,
    ) -> Result<(), DependencyError>;

    /// Removes the sessions whose last token expired before this time, and answers with how many they were.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn remove_expired(&self, before: OffsetDateTime) -> Result<usize, DependencyError>;
}

/// The token that takes a rotated one's place, in the same session and of the same member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Successor {
    /// Its id.
    pub id: RefreshTokenId,
    /// What is kept of it.
    pub token_hash: TokenHash,
    /// From when on it is no longer accepted.
    pub expires_at: OffsetDateTime,
}

/// What came of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The successor now stands in the token's place.
    Rotated(RefreshToken),
    /// The token had been rotated before.
    Replayed {
        /// The session that it belongs to.
        session: SessionId,
        /// When it was rotated.
        at: OffsetDateTime,
    },
    /// The token is unknown, its session has ended, or it has expired without having been rotated.
    Refused,
}

/// Why a session was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartSessionError {
    /// The member is gone.
    #[error("the member does not exist")]
    MemberMissing,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}
