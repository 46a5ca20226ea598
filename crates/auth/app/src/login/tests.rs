use super::{Login, LoginCommand, LoginError};
use crate::{RefreshTokenLifetime, TokenPair};
use library_auth_domain::{AccessClaims, RefreshSecret, RefreshToken, TokenIssuer, TooManyFailures};
use library_shared_domain::{DependencyError, MemberId, RefreshTokenId, SessionId};
use library_testkit::{
    FakeCredentialVerifier, FakeFailedLogins, FakeTokenIssuer, InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds,
    a_member, now,
};
use rstest::rstest;
use std::sync::Arc;
use time::Duration;

const ADDRESS: &str = "ada@example.com";
const PASSWORD: &str = "correct horse";

/// A library with one member, and the means to log in there.
struct Desk {
    library: InMemoryLibrary,
    verifier: Arc<FakeCredentialVerifier>,
    issuer: Arc<FakeTokenIssuer>,
    clock: Arc<ManualClock>,
    member_id: MemberId,
    login: Login,
}

async fn a_desk_for(lifetime: RefreshTokenLifetime) -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let member_id = Repositories::from(&library).given_member(a_member()).await.id();
    let (verifier, issuer) = (Arc::new(FakeCredentialVerifier::new()), Arc::new(FakeTokenIssuer::new(clock.clone())));
    verifier.accept(ADDRESS, PASSWORD, member_id);
    let ids = Arc::new(SequentialIds::new());
    let failed_logins = Arc::new(FakeFailedLogins::new(clock.clone()));
    let login =
        Login::new(verifier.clone(), failed_logins, library.refresh_tokens(), issuer.clone(), ids, clock.clone(), lifetime);
    Desk { library, verifier, issuer, clock, member_id, login }
}

async fn a_desk() -> Desk {
    a_desk_for(RefreshTokenLifetime::default()).await
}

impl Desk {
    async fn log_in(&self, email: &str, password: &str) -> Result<TokenPair, LoginError> {
        self.login.execute(LoginCommand { email: email.to_owned(), password: password.into() }).await
    }

    async fn stored(&self, secret: &RefreshSecret) -> Option<RefreshToken> {
        let hash = self.issuer.hash_refresh(secret);
        self.library.refresh_tokens().find_by_hash(&hash).await.expect("looked up")
    }

    /// What is kept of the first refresh token, which can be guessed of the fake.
    async fn the_first(&self) -> Option<RefreshToken> {
        let first = FakeTokenIssuer::new(Arc::new(ManualClock::default())).make_refresh();
        self.stored(&first).await
    }

    /// Whether the session that a log-in would have made is there.
    async fn has_a_session(&self) -> bool {
        self.the_first().await.is_some()
    }
}

#[tokio::test]
async fn who_knows_address_and_password_gets_the_tokens_of_a_new_session() {
    let desk = a_desk().await;
    let pair = desk.log_in(ADDRESS, PASSWORD).await.expect("logged in");
    let session = SessionId::from(SequentialIds::nth(1));
    let claims = AccessClaims { member_id: desk.member_id, session: Some(session) };
    assert_eq!(desk.issuer.verify_access(pair.access_token.expose()), Ok(claims));
    let expected = RefreshToken {
        id: RefreshTokenId::from(SequentialIds::nth(2)),
        member_id: desk.member_id,
        session,
        token_hash: desk.issuer.hash_refresh(&pair.refresh_token),
        expires_at: now() + Duration::days(30),
        revoked_at: None,
    };
    assert_eq!(desk.stored(&pair.refresh_token).await, Some(expected));
}

#[rstest]
#[case(1)]
#[case(365)]
#[tokio::test]
async fn a_session_lasts_as_long_as_is_configured(#[case] days: u16) {
    let desk = a_desk_for(RefreshTokenLifetime::from_days(days)).await;
    let pair = desk.log_in(ADDRESS, PASSWORD).await.expect("logged in");
    let token = desk.stored(&pair.refresh_token).await.expect("kept");
    assert_eq!(token.expires_at, now() + Duration::days(days.into()));
}

#[tokio::test]
async fn each_login_starts_a_session_of_its_own() {
    let desk = a_desk().await;
    let (first, second) = (desk.log_in(ADDRESS, PASSWORD).await, desk.log_in(ADDRESS, PASSWORD).await);
    let first = desk.stored(&first.expect("logged in").refresh_token).await.expect("kept");
    let second = desk.stored(&second.expect("logged in").refresh_token).await.expect("kept");
    assert_ne!(first.session, second.session);
    assert_ne!(first.id, second.id);
}

#[rstest]
#[case::wrong_password(ADDRESS, "another")]
#[case::unknown_address("nobody@example.com", PASSWORD)]
#[tokio::test]
async fn wrong_credentials_start_no_session(#[case] email: &str, #[case] password: &str) {
    let desk = a_desk().await;
    let error = desk.log_in(email, password).await.expect_err("refused");
    assert!(matches!(error, LoginError::WrongCredentials), "{error:?}");
    assert!(!desk.has_a_session().await);
}

#[tokio::test]
async fn what_is_no_address_is_told_by_its_rule() {
    let error = a_desk().await.log_in("ada", PASSWORD).await.expect_err("refused");
    assert!(matches!(&error, LoginError::NotAnAddress { rule } if rule == "must be an email address"), "{error:?}");
}

#[tokio::test]
async fn a_member_who_is_deleted_meanwhile_has_the_wrong_credentials() {
    let desk = a_desk().await;
    desk.library.members().delete(desk.member_id).await.expect("deleted");
    let error = desk.log_in(ADDRESS, PASSWORD).await.expect_err("refused");
    assert!(matches!(error, LoginError::WrongCredentials), "{error:?}");
    assert!(!desk.has_a_session().await);
}

#[tokio::test]
async fn a_session_that_was_started_while_the_password_changed_ends_at_once() {
    let desk = a_desk().await;
    desk.verifier.let_passwords_change();
    let error = desk.log_in(ADDRESS, PASSWORD).await.expect_err("refused");
    assert!(matches!(error, LoginError::WrongCredentials), "{error:?}");
    assert_eq!(desk.the_first().await.and_then(|token| token.revoked_at), Some(now()));
}

/// The session is there, and nobody has its tokens.
#[rstest]
#[case::asking_again(|desk: &Desk| desk.verifier.fail_to_confirm_next())]
#[case::ending_it(|desk: &Desk| {
    desk.verifier.let_passwords_change();
    desk.library.fail_after(Port::RefreshTokens, 1);
})]
#[tokio::test]
async fn where_it_is_not_known_whether_the_password_changed_nobody_gets_a_token(#[case] break_it: impl Fn(&Desk)) {
    let desk = a_desk().await;
    break_it(&desk);
    let error = desk.log_in(ADDRESS, PASSWORD).await.expect_err("unavailable");
    assert!(matches!(error, LoginError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
}

#[rstest]
#[case::verifier(|desk: &Desk| desk.verifier.fail_next())]
#[case::issuer(|desk: &Desk| desk.issuer.fail_next())]
#[case::store(|desk: &Desk| desk.library.fail_next(Port::RefreshTokens))]
#[tokio::test]
async fn a_failing_dependency_starts_no_session(#[case] break_it: impl Fn(&Desk)) {
    let desk = a_desk().await;
    break_it(&desk);
    let error = desk.log_in(ADDRESS, PASSWORD).await.expect_err("unavailable");
    assert!(matches!(error, LoginError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert!(!desk.has_a_session().await);
}

#[rstest]
#[case::member(ADDRESS)]
#[case::unknown_address("nobody@example.com")]
#[tokio::test]
async fn after_five_failures_no_password_is_looked_at_before_a_second_has_passed(#[case] email: &str) {
    let desk = a_desk().await;
    for _ in 0..5 {
        assert!(matches!(desk.log_in(email, "another").await, Err(LoginError::WrongCredentials)));
    }
    for password in [PASSWORD, "another"] {
        let error = desk.log_in(email, password).await.expect_err("refused");
        assert!(matches!(error, LoginError::TooManyFailures(TooManyFailures { wait }) if wait == Duration::SECOND), "{error:?}");
    }
    assert_eq!(desk.verifier.judged(), 5);
    desk.clock.advance(Duration::SECOND);
    assert!(matches!(desk.log_in(email, "another").await, Err(LoginError::WrongCredentials)));
    let error = desk.log_in(email, PASSWORD).await.expect_err("refused");
    assert!(matches!(error, LoginError::TooManyFailures(TooManyFailures { wait })  if wait == Duration::seconds(2)), "{error:?}");
    assert!(!desk.has_a_session().await);
}

#[tokio::test]
async fn spelling_an_address_in_another_way_is_no_way_around_the_wait() {
    let desk = a_desk().await;
    for email in [ADDRESS, "ADA@example.com", "Ada@Example.com", "ada@EXAMPLE.COM", "aDa@example.com"] {
        assert!(matches!(desk.log_in(email, "another").await, Err(LoginError::WrongCredentials)));
    }
    assert!(matches!(desk.log_in("adA@example.com", PASSWORD).await, Err(LoginError::TooManyFailures(_))));
}

#[tokio::test]
async fn a_login_that_succeeds_forgets_the_failures_before_it() {
    let desk = a_desk().await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(matches!(desk.log_in(ADDRESS, "another").await, Err(LoginError::WrongCredentials)));
        }
        desk.log_in(ADDRESS, PASSWORD).await.expect("logged in");
    }
}

#[tokio::test]
async fn a_login_that_could_not_be_judged_has_not_failed() {
    let desk = a_desk().await;
    for _ in 0..20 {
        desk.verifier.fail_next();
        assert!(matches!(desk.log_in(ADDRESS, PASSWORD).await, Err(LoginError::Dependency(_))));
    }
    desk.log_in(ADDRESS, PASSWORD).await.expect("logged in");
}

#[tokio::test]
async fn neither_command_nor_tokens_are_printed() {
    let desk = a_desk().await;
    let pair = desk.log_in(ADDRESS, PASSWORD).await.expect("logged in");
    let printed = format!("{pair:?}");
    assert!(!printed.contains(pair.refresh_token.expose()) && !printed.contains(pair.access_token.expose()), "{printed}");
    let command = LoginCommand { email: ADDRESS.to_owned(), password: PASSWORD.into() };
    assert!(!format!("{command:?}").contains(PASSWORD));
}
