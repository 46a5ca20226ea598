use library_auth_domain::RefreshTokenRepository;
use library_shared_domain::{Clock, DependencyError, MemberId, SessionId};
use std::sync::Arc;

/// Ends a session of a member's own.
pub struct EndSession {
    tokens: Arc<dyn RefreshTokenRepository>,
    clock: Arc<dyn Clock>,
}

/// Why the session was not ended.
#[derive(Debug, thiserror::Error)]
pub enum EndSessionError {
    /// The member has no such active session.
    #[error("the session does not exist")]
    NotFound,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl EndSession {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, clock }
    }

    /// Ends this session of this member.
    ///
    /// # Errors
    /// [`EndSessionError::NotFound`] where there is none, it is another's, or it has ended or expired.
    #[tracing::instrument(name = "end_session", skip_all)]
    pub async fn execute(&self, member_id: MemberId, session: SessionId) -> Result<(), EndSessionError> {
        let was_active = self.tokens.revoke_active(member_id, session, self.clock.now()).await?;
        if was_active { Ok(()) } else { Err(EndSessionError::NotFound) }
    }
}

#[cfg(test)]
mod tests {
    use super::{EndSession, EndSessionError};
    use library_shared_domain::{DependencyError, SessionId};
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, a_member, a_refresh_token, now, unique_id};
    use std::sync::Arc;

    fn end_session(library: &InMemoryLibrary) -> EndSession {
        EndSession::new(library.refresh_tokens(), Arc::new(ManualClock::default()))
    }

    #[tokio::test]
    async fn a_session_of_ones_own_is_ended_and_then_there_is_none() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let member = seen.given_member(a_member()).await;
        let first = seen.given_session(a_refresh_token().of(&member), now()).await;
        end_session(&library).execute(member.id(), first.session).await.expect("ended");
        let found = library.refresh_tokens().find_by_hash(&first.token_hash).await.expect("looked up").expect("kept");
        assert_eq!(found.revoked_at, Some(now()));
        let error = end_session(&library).execute(member.id(), first.session).await.expect_err("none");
        assert!(matches!(error, EndSessionError::NotFound), "{error:?}");
    }

    #[tokio::test]
    async fn a_session_of_another_or_of_nobody_is_not_found() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (member, other) = (seen.given_member(a_member()).await, seen.given_member(a_member()).await);
        let of_other = seen.given_session(a_refresh_token().of(&other), now()).await;
        for session in [of_other.session, SessionId::from_uuid(unique_id())] {
            let error = end_session(&library).execute(member.id(), session).await.expect_err("none of theirs");
            assert!(matches!(error, EndSessionError::NotFound), "{error:?}");
        }
        assert_eq!(library.refresh_tokens().find_by_hash(&of_other.token_hash).await.expect("looked up"), Some(of_other));
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of() {
        let library = InMemoryLibrary::new();
        let member = Repositories::from(&library).given_member(a_member()).await;
        library.fail_next(Port::RefreshTokens);
        let error = end_session(&library).execute(member.id(), SessionId::from_uuid(unique_id())).await.expect_err("unavailable");
        assert!(matches!(error, EndSessionError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    }
}
