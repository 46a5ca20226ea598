use library_auth_domain::{RefreshSecret, RefreshTokenRepository, TokenIssuer};
use library_shared_domain::{Clock, DependencyError};
use std::sync::Arc;

/// Ends a session.
pub struct Logout {
    tokens: Arc<dyn RefreshTokenRepository>,
    issuer: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
}

impl Logout {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, issuer: Arc<dyn TokenIssuer>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, issuer, clock }
    }

    /// Ends the session of this token. One that is unknown or already ended needs no ending: whoever logs out is logged out.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "logout", skip_all)]
    pub async fn execute(&self, presented: &RefreshSecret) -> Result<(), DependencyError> {
        let hash = self.issuer.hash_refresh(presented);
        if let Some(token) = self.tokens.find_by_hash(&hash).await? {
            self.tokens.revoke_session(token.session, self.clock.now()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Logout;
    use library_auth_domain::{RefreshSecret, RefreshToken, Rotation, Successor, TokenIssuer};
    use library_shared_domain::DependencyError;
    use library_testkit::{
        FakeTokenIssuer, InMemoryLibrary, ManualClock, Port, Repositories, a_member, a_refresh_token, a_successor, now,
    };
    use rstest::rstest;
    use std::sync::Arc;
    use time::Duration;

    /// A library, and the means to log out there.
    struct Desk {
        library: InMemoryLibrary,
        clock: Arc<ManualClock>,
        issuer: Arc<FakeTokenIssuer>,
        logout: Logout,
    }

    fn a_desk() -> Desk {
        let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
        let issuer = Arc::new(FakeTokenIssuer::new(clock.clone()));
        let logout = Logout::new(library.refresh_tokens(), issuer.clone(), clock.clone());
        Desk { library, clock, issuer, logout }
    }

    impl Desk {
        async fn a_session(&self) -> RefreshSecret {
            let seen = Repositories::from(&self.library);
            let (member, secret) = (seen.given_member(a_member()).await, self.issuer.make_refresh());
            let first = a_refresh_token().of(&member).with_hash(self.issuer.hash_refresh(&secret));
            seen.given_session(first, now()).await;
            secret
        }

        async fn rotated(&self, secret: &RefreshSecret) -> RefreshSecret {
            let next = self.issuer.make_refresh();
            let successor = Successor { token_hash: self.issuer.hash_refresh(&next), ..a_successor() };
            let tokens = self.library.refresh_tokens();
            let rotation = tokens.rotate(&self.issuer.hash_refresh(secret), &successor, now()).await.expect("rotated");
            assert!(matches!(rotation, Rotation::Rotated(_)), "{rotation:?}");
            next
        }

        async fn stored(&self, secret: &RefreshSecret) -> RefreshToken {
            let hash = self.issuer.hash_refresh(secret);
            self.library.refresh_tokens().find_by_hash(&hash).await.expect("looked up").expect("kept")
        }
    }

    #[tokio::test]
    async fn a_logout_ends_the_session_and_no_other() {
        let desk = a_desk();
        let (secret, other) = (desk.a_session().await, desk.a_session().await);
        let at = desk.clock.advance(Duration::HOUR);
        desk.logout.execute(&secret).await.expect("logged out");
        assert_eq!(desk.stored(&secret).await.revoked_at, Some(at));
        assert_eq!(desk.stored(&other).await.revoked_at, None);
    }

    #[tokio::test]
    async fn a_logout_with_an_older_token_ends_the_session_too() {
        let desk = a_desk();
        let older = desk.a_session().await;
        let newer = desk.rotated(&older).await;
        let at = desk.clock.advance(Duration::HOUR);
        desk.logout.execute(&older).await.expect("logged out");
        assert_eq!(desk.stored(&newer).await.revoked_at, Some(at));
    }

    #[tokio::test]
    async fn who_logs_out_twice_is_logged_out_since_the_first_time() {
        let desk = a_desk();
        let secret = desk.a_session().await;
        desk.logout.execute(&secret).await.expect("logged out");
        desk.clock.advance(Duration::HOUR);
        desk.logout.execute(&secret).await.expect("logged out");
        assert_eq!(desk.stored(&secret).await.revoked_at, Some(now()));
    }

    #[tokio::test]
    async fn an_unknown_token_needs_no_ending() {
        let desk = a_desk();
        let secret = desk.a_session().await;
        desk.logout.execute(&RefreshSecret::from_text("nobody made this".to_owned())).await.expect("logged out");
        assert_eq!(desk.stored(&secret).await.revoked_at, None);
    }

    #[rstest]
    #[case::looking_up(0)]
    #[case::ending(1)]
    #[tokio::test]
    async fn a_failing_store_is_told_of_and_the_session_goes_on(#[case] calls_before: usize) {
        let desk = a_desk();
        let secret = desk.a_session().await;
        desk.library.fail_after(Port::RefreshTokens, calls_before);
        let error = desk.logout.execute(&secret).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
        assert_eq!(desk.stored(&secret).await.revoked_at, None);
    }
}
