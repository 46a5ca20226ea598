use super::{
    Port,
    state::{Session, State, keep},
    store::Store,
};
use async_trait::async_trait;
use library_auth_domain::{
    ActiveSession, RefreshToken, RefreshTokenRepository, Rotation, StartSessionError, Successor, TokenHash,
};
use library_shared_domain::{DependencyError, MemberId, RefreshTokenId, SessionId};
use std::{cmp::Reverse, collections::BTreeSet};
use time::OffsetDateTime;

pub(super) struct MemoryRefreshTokens(pub(super) Store);

#[async_trait]
impl RefreshTokenRepository for MemoryRefreshTokens {
    async fn start_session(&self, first: &RefreshToken, now: OffsetDateTime) -> Result<(), StartSessionError> {
        self.0
            .write(Port::RefreshTokens, |state| {
                if !state.members.contains_key(&first.member_id) {
                    return Err(StartSessionError::MemberMissing);
                }
                refuse_taken(state, first.id, &first.token_hash)?;
                let session = Session { member_id: first.member_id, created_at: now, last_used_at: now, revoked_at: None };
                keep(&mut state.sessions, first.session, session)?;
                Ok(keep(&mut state.refresh_tokens, first.id, first.clone())?)
            })
            .await
    }

    async fn rotate(
        &self,
        presented: &TokenHash,
        successor: &Successor,
        now: OffsetDateTime,
    ) -> Result<Rotation, DependencyError> {
        self.0.write(Port::RefreshTokens, |state| rotate(state, presented, successor, now)).await
    }

    async fn find_by_hash(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, DependencyError> {
        self.0.read(Port::RefreshTokens, |state| {
            let token = state.refresh_tokens.values().find(|token| token.token_hash == *hash)?;
            let session_revoked_at = state.sessions.get(&token.session).and_then(|session| session.revoked_at);
            Some(RefreshToken { revoked_at: token.revoked_at.or(session_revoked_at), ..token.clone() })
        })
    }

    async fn list_active(
        &self,
        member_id: MemberId,
        limit: usize,
        now: OffsetDateTime,
    ) -> Result<Vec<ActiveSession>, DependencyError> {
        self.0.read(Port::RefreshTokens, |state| {
            let of_member =
                state.sessions.iter().filter(|(id, session)| session.member_id == member_id && is_active(state, **id, now));
            let shown = |(id, session): (&SessionId, &Session)| ActiveSession {
                id: *id,
                created_at: session.created_at,
                last_used_at: session.last_used_at,
            };
            let mut active: Vec<_> = of_member.map(shown).collect();
            active.sort_by_key(|session| Reverse((session.last_used_at, session.id)));
            active.truncate(limit);
            active
        })
    }

    async fn is_active(&self, member_id: MemberId, session: SessionId, now: OffsetDateTime) -> Result<bool, DependencyError> {
        self.0.read(Port::RefreshTokens, |state| {
            is_active(state, session, now) && state.sessions.get(&session).is_some_and(|session| session.member_id == member_id)
        })
    }

    async fn revoke_active(&self, member_id: MemberId, session: SessionId, now: OffsetDateTime) -> Result<bool, DependencyError> {
        self.0
            .write(Port::RefreshTokens, |state| {
                let is_active = is_active(state, session, now);
                match state.sessions.get_mut(&session) {
                    Some(session) if is_active && session.member_id == member_id => {
                        session.revoked_at = Some(now);
                        Ok(true)
                    }
                    _ => Ok(false),
                }
            })
            .await
    }

    async fn revoke_session(&self, session: SessionId, now: OffsetDateTime) -> Result<(), DependencyError> {
        self.0
            .write(Port::RefreshTokens, |state| {
                if let Some(session) = state.sessions.get_mut(&session) {
                    session.revoked_at.get_or_insert(now);
                }
                Ok(())
            })
            .await
    }

    async fn revoke_sessions_of(
        &self,
        member_id: MemberId,
        except: Option<SessionId>,
        now: OffsetDateTime,
    ) -> Result<(), DependencyError> {
        self.0
            .write(Port::RefreshTokens, |state| {
                let of_member = state.sessions.iter_mut().filter(|(_, session)| session.member_id == member_id);
                for (_, session) in of_member.filter(|(id, _)| Some(**id) != except) {
                    session.revoked_at.get_or_insert(now);
                }
                Ok(())
            })
            .await
    }

    async fn remove_expired(&self, before: OffsetDateTime) -> Result<usize, DependencyError> {
        self.0
            .write(Port::RefreshTokens, |state| {
                let living: BTreeSet<SessionId> =
                    state.refresh_tokens.values().filter(|token| token.expires_at >= before).map(|token| token.session).collect();
                let count = state.sessions.len();
                state.sessions.retain(|session, _| living.contains(session));
                state.refresh_tokens.retain(|_, token| living.contains(&token.session));
                Ok(count - state.sessions.len())
            })
            .await
    }
}

fn rotate(
    state: &mut State,
    presented: &TokenHash,
    successor: &Successor,
    now: OffsetDateTime,
) -> Result<Rotation, DependencyError> {
    let Some(token) = state.refresh_tokens.values().find(|token| token.token_hash == *presented).cloned() else {
        return Ok(Rotation::Refused);
    };
    let session_has_ended = state.sessions.get(&token.session).is_none_or(|session| session.revoked_at.is_some());
    if session_has_ended {
        return Ok(Rotation::Refused);
    }
    // However old a rotated token is, presenting it again tells of two holders.
    if let Some(at) = token.revoked_at {
        return Ok(Rotation::Replayed { session: token.session, at });
    }
    if token.is_expired(now) {
        return Ok(Rotation::Refused);
    }
    let next = RefreshToken {
        id: successor.id,
        token_hash: successor.token_hash,
        expires_at: successor.expires_at,
        revoked_at: None,
        ..token
    };
    refuse_taken(state, next.id, &next.token_hash)?;
    if let Some(rotated) = state.refresh_tokens.get_mut(&token.id) {
        rotated.revoke(now);
    }
    keep(&mut state.refresh_tokens, next.id, next.clone())?;
    if let Some(session) = state.sessions.get_mut(&next.session) {
        session.last_used_at = now;
    }
    Ok(Rotation::Rotated(next))
}

/// Whether a session goes on: it has not ended, and has a token that can be rotated.
fn is_active(state: &State, id: SessionId, now: OffsetDateTime) -> bool {
    let has_ended = state.sessions.get(&id).is_none_or(|session| session.revoked_at.is_some());
    let is_usable = |token: &RefreshToken| token.session == id && token.revoked_at.is_none() && !token.is_expired(now);
    !has_ended && state.refresh_tokens.values().any(is_usable)
}

/// A token whose id or hash is taken has not been made by a sound issuer.
fn refuse_taken(state: &State, id: RefreshTokenId, hash: &TokenHash) -> Result<(), DependencyError> {
    let is_taken = state.refresh_tokens.values().any(|other| other.id == id || other.token_hash == *hash);
    if is_taken { Err(DependencyError::failed("database", "the token is taken")) } else { Ok(()) }
}
