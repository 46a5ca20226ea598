use crate::TokenHash;
use library_shared_domain::{MemberId, RefreshTokenId, SessionId};
use time::{Duration, OffsetDateTime};

/// A refresh token of a session: good for one rotation, until it expires or is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its id.
    pub id: RefreshTokenId,
    /// Whose session it belongs to.
    pub member_id: MemberId,
    /// The session (the family of tokens that grew from one log-in).
    pub session: SessionId,
    /// What is kept of the token itself.
    pub token_hash: TokenHash,
    /// From when on it is no longer accepted.
    pub expires_at: OffsetDateTime,
    /// When it was rotated or revoked; `None` while it may be used.
    pub revoked_at: Option<OffsetDateTime>,
}

impl RefreshToken {
    /// Whether it is no longer accepted: at the very moment it expires, it has expired.
    #[must_use]
    pub fn is_expired(&self, now: OffsetDateTime) -> bool {
        now >= self.expires_at
    }

    /// Revokes it; the first time that this happened is the one that is kept.
    pub const fn revoke(&mut self, now: OffsetDateTime) {
        if self.revoked_at.is_none() {
            self.revoked_at = Some(now);
        }
    }
}

/// For how long after a rotation the rotated token may be presented again without being taken for a stolen one: a client's own
/// double click, or its retry after a lost answer.
pub const REPLAY_GRACE: Duration = Duration::seconds(10);

/// Whether presenting a token again that was rotated at `rotated_at` tells of a theft: more than [`REPLAY_GRACE`] later, it
/// does (RFC 9700, section 4.14.2, refresh token rotation).
#[must_use]
pub fn replay_is_theft(rotated_at: OffsetDateTime, now: OffsetDateTime) -> bool {
    now - rotated_at > REPLAY_GRACE
}

#[cfg(test)]
mod tests {
    use super::{REPLAY_GRACE, RefreshToken, replay_is_theft};
    use crate::TokenHash;
    use library_shared_domain::{MemberId, RefreshTokenId, SessionId};
    use rstest::rstest;
    use time::{Duration, OffsetDateTime};
    use uuid::Uuid;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn a_token() -> RefreshToken {
        RefreshToken {
            id: RefreshTokenId::from(Uuid::nil()),
            member_id: MemberId::from(Uuid::nil()),
            session: SessionId::from(Uuid::nil()),
            token_hash: TokenHash::from_bytes([7; 32]),
            expires_at: NOW + Duration::DAY,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_expires_at_the_very_moment() {
        let token = a_token();
        assert!(!token.is_expired(token.expires_at - Duration::MICROSECOND));
        assert!(token.is_expired(token.expires_at));
    }

    #[test]
    fn revoking_twice_keeps_the_first_time() {
        let mut token = a_token();
        token.revoke(NOW);
        token.revoke(NOW + Duration::HOUR);
        assert_eq!(token.revoked_at, Some(NOW));
    }

    #[rstest]
    #[case(Duration::ZERO, false)]
    #[case(REPLAY_GRACE, false)]
    #[case(REPLAY_GRACE + Duration::MICROSECOND, true)]
    #[case(Duration::days(20), true)]
    #[case(-Duration::SECOND, false)]
    fn a_replay_is_theft_after_ten_seconds(#[case] later: Duration, #[case] theft: bool) {
        assert_eq!(replay_is_theft(NOW, NOW + later), theft);
    }

    #[test]
    fn a_token_hash_is_not_printed() {
        assert!(!format!("{:?}", a_token()).contains("7, 7"));
    }
}
