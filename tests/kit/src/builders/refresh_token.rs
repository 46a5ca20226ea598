use super::{now, unique_id, unique_token_hash};
use library_auth_domain::{RefreshToken, Successor, TokenHash};
use library_member_domain::Member;
use library_shared_domain::{MemberId, RefreshTokenId, SessionId};
use time::{Duration, OffsetDateTime};

/// A refresh token in the making: the first of a session of its own, good for thirty days from [now](super::now()), of a member
/// whom nobody knows until told otherwise.
pub fn a_refresh_token() -> RefreshTokenBuilder {
    RefreshTokenBuilder(RefreshToken {
        id: RefreshTokenId::from_uuid(unique_id()),
        member_id: MemberId::from_uuid(unique_id()),
        session: SessionId::from_uuid(unique_id()),
        token_hash: unique_token_hash(),
        expires_at: now() + Duration::days(30),
        revoked_at: None,
    })
}

/// Builds a [`RefreshToken`]; see [`a_refresh_token`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct RefreshTokenBuilder(RefreshToken);

impl RefreshTokenBuilder {
    /// Gives it to this member.
    pub fn of(self, member: &Member) -> Self {
        self.of_member(member.id())
    }

    /// Gives it to the member of this id.
    pub fn of_member(self, member_id: MemberId) -> Self {
        Self(RefreshToken { member_id, ..self.0 })
    }

    /// Makes it one of this session.
    pub fn in_session(self, session: SessionId) -> Self {
        Self(RefreshToken { session, ..self.0 })
    }

    /// Gives it this hash.
    pub fn with_hash(self, token_hash: TokenHash) -> Self {
        Self(RefreshToken { token_hash, ..self.0 })
    }

    /// Lets it expire at this time.
    pub fn expiring_at(self, expires_at: OffsetDateTime) -> Self {
        Self(RefreshToken { expires_at, ..self.0 })
    }

    /// Lets it have been rotated or revoked at this time.
    pub fn revoked_at(self, at: OffsetDateTime) -> Self {
        Self(RefreshToken { revoked_at: Some(at), ..self.0 })
    }

    /// The token.
    #[must_use]
    pub fn build(self) -> RefreshToken {
        self.0
    }
}

/// A successor for a rotation, good for thirty days from [now](super::now()).
#[must_use]
pub fn a_successor() -> Successor {
    Successor {
        id: RefreshTokenId::from_uuid(unique_id()),
        token_hash: unique_token_hash(),
        expires_at: now() + Duration::days(30),
    }
}
