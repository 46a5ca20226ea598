use library_auth_domain::{ActiveSession, RefreshTokenRepository};
use library_shared_domain::{Clock, DependencyError, MemberId};
use std::sync::Arc;

/// The most sessions that are shown. Who has more can end them all.
pub const MOST_SESSIONS: usize = 100;

/// Shows a member their active sessions.
pub struct ListSessions {
    tokens: Arc<dyn RefreshTokenRepository>,
    clock: Arc<dyn Clock>,
}

impl ListSessions {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, clock }
    }

    /// The active sessions of this member, [`MOST_SESSIONS`] at most: those that were used last, the last one first.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "list_sessions", skip_all)]
    pub async fn execute(&self, member_id: MemberId) -> Result<Vec<ActiveSession>, DependencyError> {
        self.tokens.list_active(member_id, MOST_SESSIONS, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::{ListSessions, MOST_SESSIONS};
    use library_auth_domain::ActiveSession;
    use library_testkit::{InMemoryLibrary, ManualClock, Repositories, a_member, a_refresh_token, now};
    use std::sync::Arc;
    use time::Duration;

    #[tokio::test]
    async fn a_member_is_shown_the_sessions_that_go_on_now() {
        let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
        let seen = Repositories::from(&library);
        let member = seen.given_member(a_member()).await;
        let first = seen.given_session(a_refresh_token().of(&member), now()).await;
        seen.given_session(a_refresh_token().of(&member).expiring_at(now() + Duration::HOUR), now()).await;
        let list_sessions = ListSessions::new(library.refresh_tokens(), clock.clone());
        assert_eq!(list_sessions.execute(member.id()).await.expect("listed").len(), 2);
        clock.advance(Duration::HOUR);
        let expected = ActiveSession { id: first.session, created_at: now(), last_used_at: now() };
        assert_eq!(list_sessions.execute(member.id()).await.expect("listed"), [expected]);
    }

    #[tokio::test]
    async fn no_more_sessions_are_shown_than_the_most() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let member = seen.given_member(a_member()).await;
        for second in 0..=MOST_SESSIONS {
            let at = now() + Duration::seconds(i64::try_from(second).expect("a small number"));
            seen.given_session(a_refresh_token().of(&member), at).await;
        }
        let list_sessions = ListSessions::new(library.refresh_tokens(), Arc::new(ManualClock::default()));
        let listed = list_sessions.execute(member.id()).await.expect("listed");
        assert_eq!(listed.len(), MOST_SESSIONS);
        assert!(listed.iter().all(|session| session.last_used_at > now()), "the oldest is the one that is left out");
    }
}
