use library_auth_domain::{AccountDirectory, InvalidAccessToken, TokenIssuer};
use library_shared_domain::{DependencyError, MemberId, SessionId};
use std::sync::Arc;

/// Tells who calls, by the access token that they hold.
pub struct IdentifyCaller {
    issuer: Arc<dyn TokenIssuer>,
    accounts: Arc<dyn AccountDirectory>,
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The member.
    pub member_id: MemberId,
    /// The session of the access token. Those that are issued here say which it is; `None` where one does not.
    pub session: Option<SessionId>,
    /// Whether they have proven that their email address is theirs.
    pub is_verified: bool,
}

/// Why it is not known who calls.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyCallerError {
    /// The token is not good, or its member is gone.
    #[error(transparent)]
    InvalidToken(#[from] InvalidAccessToken),
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl IdentifyCaller {
    /// The use case on these ports.
    pub fn new(issuer: Arc<dyn TokenIssuer>, accounts: Arc<dyn AccountDirectory>) -> Self {
        Self { issuer, accounts }
    }

    /// The member who holds this token, as they are now.
    ///
    /// # Errors
    /// [`IdentifyCallerError::InvalidToken`] where the token is not good or its member is gone.
    #[tracing::instrument(name = "identify_caller", skip_all)]
    pub async fn execute(&self, token: &str) -> Result<Caller, IdentifyCallerError> {
        let claims = self.issuer.verify_access(token)?;
        let account = self.accounts.find(claims.member_id).await?.ok_or(InvalidAccessToken)?;
        Ok(Caller { member_id: claims.member_id, session: claims.session, is_verified: account.is_verified })
    }

    /// The member whom this token was made for, by its signature alone: they may be gone by now, so it opens nothing.
    #[must_use]
    pub fn holder(&self, token: &str) -> Option<MemberId> {
        self.issuer.verify_access(token).ok().map(|claims| claims.member_id)
    }
}

#[cfg(test)]
mod tests {
    use super::{Caller, IdentifyCaller, IdentifyCallerError};
    use library_auth_domain::TokenIssuer;
    use library_shared_domain::{DependencyError, MemberId, SessionId};
    use library_testkit::{FakeTokenIssuer, InMemoryLibrary, ManualClock, Port, Repositories, a_member, unique_id};
    use rstest::rstest;
    use std::sync::Arc;
    use time::Duration;

    /// A library, and the means to tell who calls it.
    struct Desk {
        library: InMemoryLibrary,
        clock: Arc<ManualClock>,
        issuer: Arc<FakeTokenIssuer>,
        identify_caller: IdentifyCaller,
    }

    fn a_desk() -> Desk {
        let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
        let issuer = Arc::new(FakeTokenIssuer::new(clock.clone()));
        let identify_caller = IdentifyCaller::new(issuer.clone(), library.accounts());
        Desk { library, clock, issuer, identify_caller }
    }

    impl Desk {
        fn token_of(&self, id: MemberId) -> String {
            self.token_of_session(id, SessionId::from_uuid(unique_id()))
        }

        fn token_of_session(&self, id: MemberId, session: SessionId) -> String {
            self.issuer.issue_access(id, session).expect("a token").expose().to_owned()
        }

        async fn execute(&self, token: &str) -> Result<Caller, IdentifyCallerError> {
            self.identify_caller.execute(token).await
        }
    }

    #[tokio::test]
    async fn a_token_tells_who_calls_in_which_session_and_whether_they_are_verified() {
        let desk = a_desk();
        let seen = Repositories::from(&desk.library);
        for member in [a_member(), a_member().verified()] {
            let member = seen.given_member(member).await;
            let session = SessionId::from_uuid(unique_id());
            let caller = desk.execute(&desk.token_of_session(member.id(), session)).await.expect("known");
            let expected = Caller { member_id: member.id(), session: Some(session), is_verified: member.is_verified() };
            assert_eq!(caller, expected);
        }
    }

    #[tokio::test]
    async fn a_member_who_verifies_is_verified_to_the_token_that_they_hold() {
        let desk = a_desk();
        let mut member = Repositories::from(&desk.library).given_member(a_member()).await;
        let token = desk.token_of(member.id());
        member.mark_verified(desk.clock.advance(Duration::SECOND));
        desk.library.members().update(&member).await.expect("updated");
        assert!(desk.execute(&token).await.expect("known").is_verified);
    }

    #[tokio::test]
    async fn the_token_of_a_member_who_is_gone_is_not_valid() {
        let desk = a_desk();
        let member = Repositories::from(&desk.library).given_member(a_member().verified()).await;
        let token = desk.token_of(member.id());
        desk.library.members().delete(member.id()).await.expect("deleted");
        let error = desk.execute(&token).await.expect_err("refused");
        assert!(matches!(error, IdentifyCallerError::InvalidToken(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_token_is_valid_until_the_moment_it_expires() {
        let desk = a_desk();
        let token = desk.token_of(Repositories::from(&desk.library).given_member(a_member()).await.id());
        desk.clock.advance(Duration::minutes(15) - Duration::MICROSECOND);
        desk.execute(&token).await.expect("still valid");
        desk.clock.advance(Duration::MICROSECOND);
        let error = desk.execute(&token).await.expect_err("expired");
        assert!(matches!(error, IdentifyCallerError::InvalidToken(_)), "{error:?}");
    }

    #[rstest]
    #[case("")]
    #[case("nonsense")]
    #[tokio::test]
    async fn a_bad_token_does_not_reach_the_store(#[case] token: &str) {
        let desk = a_desk();
        desk.library.go_offline();
        let error = desk.execute(token).await.expect_err("refused");
        assert!(matches!(error, IdentifyCallerError::InvalidToken(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_failing_directory_is_not_taken_for_a_member_who_is_gone() {
        let desk = a_desk();
        let token = desk.token_of(Repositories::from(&desk.library).given_member(a_member()).await.id());
        desk.library.fail_next(Port::Accounts);
        let error = desk.execute(&token).await.expect_err("unavailable");
        assert!(matches!(error, IdentifyCallerError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    }
}
