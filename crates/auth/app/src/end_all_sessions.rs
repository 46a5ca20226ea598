use library_auth_domain::RefreshTokenRepository;
use library_shared_domain::{Clock, DependencyError, MemberId};
use std::sync::Arc;

/// Ends all sessions of a member.
pub struct EndAllSessions {
    tokens: Arc<dyn RefreshTokenRepository>,
    clock: Arc<dyn Clock>,
}

impl EndAllSessions {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, clock }
    }

    /// Ends every session of this member, that of whoever asks included.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "end_all_sessions", skip_all)]
    pub async fn execute(&self, member_id: MemberId) -> Result<(), DependencyError> {
        self.tokens.revoke_sessions_of(member_id, None, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::EndAllSessions;
    use library_testkit::{InMemoryLibrary, ManualClock, Repositories, a_member, a_refresh_token, now};
    use std::sync::Arc;

    #[tokio::test]
    async fn every_session_of_the_member_ends_and_nobody_elses() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (member, other) = (seen.given_member(a_member()).await, seen.given_member(a_member()).await);
        for owner in [&member, &member, &other] {
            seen.given_session(a_refresh_token().of(owner), now()).await;
        }
        EndAllSessions::new(library.refresh_tokens(), Arc::new(ManualClock::default()))
            .execute(member.id())
            .await
            .expect("ended");
        let left = async |id| library.refresh_tokens().list_active(id, 10, now()).await.expect("listed").len();
        assert_eq!((left(member.id()).await, left(other.id()).await), (0, 1));
    }
}
