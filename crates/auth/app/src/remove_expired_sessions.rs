use library_auth_domain::RefreshTokenRepository;
use library_shared_domain::{Clock, DependencyError};
use std::sync::Arc;

/// Removes sessions that nobody can renew any more, so that they do not pile up.
pub struct RemoveExpiredSessions {
    tokens: Arc<dyn RefreshTokenRepository>,
    clock: Arc<dyn Clock>,
}

impl RemoveExpiredSessions {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, clock }
    }

    /// Removes every session whose last token has expired, and answers with how many they were.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "remove_expired_sessions", skip_all)]
    pub async fn execute(&self) -> Result<usize, DependencyError> {
        self.tokens.remove_expired(self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::RemoveExpiredSessions;
    use library_auth_domain::{RefreshToken, Successor};
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, a_member, a_refresh_token, a_successor, now};
    use std::sync::Arc;
    use time::{Duration, OffsetDateTime};

    fn remove_at(time: OffsetDateTime, library: &InMemoryLibrary) -> RemoveExpiredSessions {
        RemoveExpiredSessions::new(library.refresh_tokens(), Arc::new(ManualClock::at(time)))
    }

    async fn a_session_until(end: OffsetDateTime, library: &InMemoryLibrary) -> RefreshToken {
        let seen = Repositories::from(library);
        let member = seen.given_member(a_member()).await;
        seen.given_session(a_refresh_token().of(&member).expiring_at(end), now()).await
    }

    async fn is_kept(token: &RefreshToken, library: &InMemoryLibrary) -> bool {
        library.refresh_tokens().find_by_hash(&token.token_hash).await.expect("looked up").is_some()
    }

    #[tokio::test]
    async fn a_session_whose_last_token_has_expired_is_removed_and_others_stay() {
        let (library, end) = (InMemoryLibrary::new(), now() + Duration::days(30));
        let expired = a_session_until(end - Duration::MICROSECOND, &library).await;
        let ends_now = a_session_until(end, &library).await;
        let living = a_session_until(end + Duration::DAY, &library).await;
        assert_eq!(remove_at(end, &library).execute().await.expect("removed"), 1);
        assert!(!is_kept(&expired, &library).await);
        assert!(is_kept(&ends_now, &library).await && is_kept(&living, &library).await);
        assert_eq!(remove_at(end, &library).execute().await.expect("removed"), 0);
    }

    #[tokio::test]
    async fn a_session_that_was_renewed_keeps_its_expired_tokens_so_that_a_replay_is_recognised() {
        let (library, end) = (InMemoryLibrary::new(), now() + Duration::DAY);
        let first = a_session_until(end, &library).await;
        let successor = Successor { expires_at: end + Duration::WEEK, ..a_successor() };
        library.refresh_tokens().rotate(&first.token_hash, &successor, now()).await.expect("rotated");
        assert_eq!(remove_at(end + Duration::HOUR, &library).execute().await.expect("removed"), 0);
        assert!(is_kept(&first, &library).await);
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of_and_removes_nothing() {
        let library = InMemoryLibrary::new();
        let expired = a_session_until(now(), &library).await;
        library.fail_next(Port::RefreshTokens);
        let error = remove_at(now() + Duration::DAY, &library).execute().await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
        assert!(is_kept(&expired, &library).await);
    }
}
