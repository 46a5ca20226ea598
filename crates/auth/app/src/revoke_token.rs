use crate::Logout;
use library_auth_domain::{AccessClaims, RefreshSecret, RefreshTokenRepository, TokenIssuer};
use library_shared_domain::{Clock, DependencyError, secret_text};
use std::sync::Arc;

secret_text! {
    /// A token of which it is not known what sort it is.
    pub struct PresentedToken;
}

/// Ends the session of a token of either sort.
pub struct RevokeToken {
    logout: Logout,
    tokens: Arc<dyn RefreshTokenRepository>,
    issuer: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
}

impl RevokeToken {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, issuer: Arc<dyn TokenIssuer>, clock: Arc<dyn Clock>) -> Self {
        let logout = Logout::new(tokens.clone(), issuer.clone(), clock.clone());
        Self { logout, tokens, issuer, clock }
    }

    /// Ends the session of a refresh token, as a logout does, or that which an access token names. A token that is unknown, expired
    /// or of a session that has ended needs no ending.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "revoke_token", skip_all)]
    pub async fn execute(&self, presented: &PresentedToken) -> Result<(), DependencyError> {
        match self.issuer.verify_access(presented.expose()) {
            Ok(AccessClaims { session: Some(session), .. }) => self.tokens.revoke_session(session, self.clock.now()).await,
            _ => self.logout.execute(&RefreshSecret::from_text(presented.expose().to_owned())).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PresentedToken, RevokeToken};
    use library_auth_domain::{RefreshSecret, RefreshToken, TokenIssuer};
    use library_shared_domain::DependencyError;
    use library_testkit::{FakeTokenIssuer, InMemoryLibrary, ManualClock, Port, Repositories, a_member, a_refresh_token, now};
    use rstest::rstest;
    use std::sync::Arc;
    use time::Duration;

    /// A library, and the means to revoke tokens there.
    struct Desk {
        library: InMemoryLibrary,
        clock: Arc<ManualClock>,
        issuer: Arc<FakeTokenIssuer>,
        revoke_token: RevokeToken,
    }

    fn a_desk() -> Desk {
        let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
        let issuer = Arc::new(FakeTokenIssuer::new(clock.clone()));
        let revoke_token = RevokeToken::new(library.refresh_tokens(), issuer.clone(), clock.clone());
        Desk { library, clock, issuer, revoke_token }
    }

    /// A session, with both its tokens.
    struct Given {
        stored: RefreshToken,
        refresh: RefreshSecret,
        access: String,
    }

    impl Desk {
        async fn a_session(&self) -> Given {
            let seen = Repositories::from(&self.library);
            let (member, refresh) = (seen.given_member(a_member()).await, self.issuer.make_refresh());
            let first = a_refresh_token().of(&member).with_hash(self.issuer.hash_refresh(&refresh));
            let stored = seen.given_session(first, now()).await;
            let access = self.issuer.issue_access(member.id(), stored.session).expect("a token").expose().to_owned();
            Given { stored, refresh, access }
        }

        async fn revoke(&self, token: &str) -> Result<(), DependencyError> {
            self.revoke_token.execute(&PresentedToken::from_text(token.to_owned())).await
        }

        async fn stored(&self, given: &Given) -> RefreshToken {
            self.library.refresh_tokens().find_by_hash(&given.stored.token_hash).await.expect("looked up").expect("kept")
        }
    }

    #[rstest]
    #[case::refresh(|given: &Given| given.refresh.expose().to_owned())]
    #[case::access(|given: &Given| given.access.clone())]
    #[tokio::test]
    async fn a_token_of_either_sort_ends_its_session_and_no_other(#[case] token: fn(&Given) -> String) {
        let desk = a_desk();
        let (given, other) = (desk.a_session().await, desk.a_session().await);
        let at = desk.clock.advance(Duration::MINUTE);
        desk.revoke(&token(&given)).await.expect("revoked");
        assert_eq!(desk.stored(&given).await.revoked_at, Some(at));
        assert_eq!(desk.stored(&other).await.revoked_at, None);
    }

    #[tokio::test]
    async fn a_token_that_is_unknown_or_expired_needs_no_ending() {
        let desk = a_desk();
        let given = desk.a_session().await;
        desk.revoke("nobody made this").await.expect("nothing to revoke");
        desk.clock.advance(Duration::HOUR);
        desk.revoke(&given.access).await.expect("nothing to revoke");
        assert_eq!(desk.stored(&given).await.revoked_at, None);
    }

    #[rstest]
    #[case::refresh(|given: &Given| given.refresh.expose().to_owned())]
    #[case::access(|given: &Given| given.access.clone())]
    #[tokio::test]
    async fn a_failing_store_is_told_of_and_the_session_goes_on(#[case] token: fn(&Given) -> String) {
        let desk = a_desk();
        let given = desk.a_session().await;
        desk.library.fail_next(Port::RefreshTokens);
        let error = desk.revoke(&token(&given)).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
        assert_eq!(desk.stored(&given).await.revoked_at, None);
    }
}
