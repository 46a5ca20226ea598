use super::{ResetPassword, ResetPasswordCommand, ResetPasswordError};
use crate::Membership;
use library_auth_domain::{FailedLogins, LoginName, RefreshToken};
use library_member_domain::Credentials;
use library_member_domain::{Member, Password, PasswordHasher, PasswordResetToken, PasswordResetTokenIssuer};
use library_notification_domain::NotificationKind;
use library_shared_domain::{DependencyError, MemberId, UPDATE_ATTEMPTS, Version};
use library_testkit::{
    FakeFailedLogins, FakePasswordHasher, FakePasswordResetTokens, InMemoryLibrary, ManualClock, Port, Repositories, Rival,
    SequentialIds, a_member, a_password, a_refresh_token, builders::MemberBuilder, count, now, race,
};
use rstest::rstest;
use secrecy::ExposeSecret;
use std::sync::Arc;
use time::Duration;

/// A library and the means to set new passwords there.
struct Desk {
    library: InMemoryLibrary,
    clock: Arc<ManualClock>,
    hasher: Arc<FakePasswordHasher>,
    tokens: Arc<FakePasswordResetTokens>,
    failed_logins: Arc<FakeFailedLogins>,
    reset_password: ResetPassword,
}

/// A member with a password and two sessions.
struct Known {
    member: Member,
    sessions: [RefreshToken; 2],
}

fn a_desk() -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let (hasher, tokens) = (Arc::new(FakePasswordHasher::new()), Arc::new(FakePasswordResetTokens::new(clock.clone())));
    let failed_logins = Arc::new(FakeFailedLogins::new(clock.clone()));
    let reset_password = ResetPassword::new(
        Membership::units(&library),
        tokens.clone(),
        hasher.clone(),
        failed_logins.clone(),
        Arc::new(SequentialIds::new()),
        clock.clone(),
    );
    Desk { library, clock, hasher, tokens, failed_logins, reset_password }
}

impl Desk {
    async fn given(&self) -> Known {
        self.given_as(a_member()).await
    }

    async fn given_as(&self, member: MemberBuilder) -> Known {
        let seen = Repositories::from(&self.library);
        let member = seen.given_member(member).await;
        let password_hash = self.hasher.hash(&a_password()).await.expect("a hash");
        seen.credentials.create(&Credentials { member_id: member.id(), password_hash }).await.expect("created");
        let sessions = [
            seen.given_session(a_refresh_token().of(&member), now()).await,
            seen.given_session(a_refresh_token().of(&member), now()).await,
        ];
        Known { member, sessions }
    }

    async fn credentials_of(&self, id: MemberId) -> Credentials {
        self.library.credentials().find_by_member(id).await.expect("looked up").expect("credentials")
    }

    /// The token that would be mailed now.
    async fn token_of(&self, id: MemberId) -> PasswordResetToken {
        let member = self.library.members().find_by_id(id).await.expect("looked up").expect("a member");
        self.tokens.issue(&member, &self.credentials_of(id).await).expect("a token")
    }

    async fn opens(&self, id: MemberId, password: &Password) -> bool {
        let credentials = self.credentials_of(id).await;
        self.hasher.verify(password.secret(), &credentials.password_hash).await.expect("checked")
    }

    async fn live_sessions(&self, known: &Known) -> usize {
        let mut live = 0;
        for token in &known.sessions {
            let found = self.library.refresh_tokens().find_by_hash(&token.token_hash).await.expect("looked up");
            live += usize::from(found.expect("the token").revoked_at.is_none());
        }
        live
    }

    async fn queue(&self) -> Vec<(NotificationKind, MemberId)> {
        let queue = self.library.notifications().list(100).await.expect("listed");
        queue.into_iter().map(|queued| (queued.kind, queued.member_id)).collect()
    }

    async fn assert_nothing_has_changed(&self, known: &Known) {
        let id = known.member.id();
        let stored = self.library.members().find_by_id(id).await.expect("looked up");
        assert_eq!(stored.as_ref().map(Member::email), Some(known.member.email()));
        assert!(self.opens(id, &a_password()).await && !self.opens(id, &a_new_password()).await);
        assert_eq!((self.live_sessions(known).await, self.queue().await), (2, Vec::new()));
    }

    async fn execute(&self, token: &PasswordResetToken, password: &Password) -> Result<(), ResetPasswordError> {
        let command = ResetPasswordCommand { token: token.clone(), password: password.clone() };
        self.reset_password.execute(command).await
    }

    async fn assert_refuses(&self, token: &PasswordResetToken) {
        let error = self.execute(token, &a_new_password()).await.expect_err("refused");
        assert!(matches!(error, ResetPasswordError::InvalidToken(_)), "{error:?}");
    }
}

fn a_new_password() -> Password {
    Password::parse("Tr0ub4dor & 3").expect("a password")
}

#[tokio::test]
async fn the_new_password_opens_the_account_all_sessions_end_and_the_member_is_told() {
    let desk = a_desk();
    let (known, other) = (desk.given().await, desk.given().await);
    let id = known.member.id();
    let later = desk.clock.advance(Duration::MINUTE);
    desk.execute(&desk.token_of(id).await, &a_new_password()).await.expect("reset");

    assert!(desk.opens(id, &a_new_password()).await && !desk.opens(id, &a_password()).await);
    assert_eq!((desk.live_sessions(&known).await, desk.live_sessions(&other).await), (0, 2));
    assert!(desk.opens(other.member.id(), &a_password()).await);
    assert_eq!(desk.queue().await, [(NotificationKind::PasswordChanged, id)]);
    let stored = desk.library.members().find_by_id(id).await.expect("looked up").expect("a member");
    assert_eq!((stored.revision().version, stored.revision().updated_at), (Version::FIRST.next(), later));
    assert!(!stored.is_verified());
}

#[tokio::test]
async fn what_failed_with_the_old_password_is_forgotten_once_the_new_one_is_set() {
    let desk = a_desk();
    let id = desk.given_as(a_member().with_email("Ada@example.com")).await.member.id();
    let names = [LoginName::from_text("ada@example.com".to_owned()), LoginName::of_member(id)];
    for name in &names {
        for _ in 0..5 {
            desk.failed_logins.count(name).await.expect("five may follow upon one another");
        }
    }
    desk.library.fail_next(Port::Commit);
    desk.execute(&desk.token_of(id).await, &a_new_password()).await.expect_err("unavailable");
    for name in &names {
        desk.failed_logins.count(name).await.expect_err("no password was set");
    }
    desk.execute(&desk.token_of(id).await, &a_new_password()).await.expect("reset");
    for name in &names {
        desk.failed_logins.count(name).await.expect("the failures are forgotten");
    }
}

#[tokio::test]
async fn an_address_that_waits_is_given_up() {
    let desk = a_desk();
    let id = desk.given_as(a_member().with_email("ada@example.com").awaiting("strangers@example.com")).await.member.id();
    desk.execute(&desk.token_of(id).await, &a_new_password()).await.expect("reset");
    let stored = desk.library.members().find_by_id(id).await.expect("looked up").expect("a member");
    assert_eq!((stored.email().as_str(), stored.pending_email()), ("ada@example.com", None));
}

#[tokio::test]
async fn a_token_is_good_once_and_a_dead_one_costs_no_hash() {
    let desk = a_desk();
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    desk.execute(&token, &a_new_password()).await.expect("reset");
    let hashed = desk.hasher.hash_calls();
    desk.assert_refuses(&token).await;
    assert_eq!(desk.hasher.hash_calls(), hashed);
    // Also where the same password is set again: its hash has another salt.
    let token = desk.token_of(known.member.id()).await;
    desk.execute(&token, &a_new_password()).await.expect("reset");
    desk.assert_refuses(&token).await;
}

#[tokio::test]
async fn of_two_tokens_the_use_of_one_ends_the_other() {
    let desk = a_desk();
    let known = desk.given().await;
    let first = desk.token_of(known.member.id()).await;
    desk.clock.advance(Duration::MINUTE);
    let second = desk.token_of(known.member.id()).await;
    assert_ne!(first.expose(), second.expose());
    desk.execute(&first, &a_new_password()).await.expect("reset");
    desk.assert_refuses(&second).await;
}

#[tokio::test]
async fn a_token_is_good_until_the_moment_it_expires() {
    let desk = a_desk();
    let (in_time, late) = (desk.given().await, desk.given().await);
    let tokens = (desk.token_of(in_time.member.id()).await, desk.token_of(late.member.id()).await);
    desk.clock.advance(Duration::HOUR - Duration::MICROSECOND);
    desk.execute(&tokens.0, &a_new_password()).await.expect("reset");
    desk.clock.advance(Duration::MICROSECOND);
    desk.assert_refuses(&tokens.1).await;
    assert!(desk.opens(late.member.id(), &a_password()).await);
}

#[rstest]
#[case::empty("")]
#[case::nonsense("nonsense")]
#[case::forged("reset.9999999999999999999.01890a5d-ac96-774b-bcce-b302099a8057.0.0000000000000000")]
#[tokio::test]
async fn a_bad_token_costs_neither_a_hash_nor_a_look_into_the_store(#[case] token: &str) {
    let desk = a_desk();
    desk.library.go_offline();
    desk.assert_refuses(&PasswordResetToken::from_text(token.to_owned())).await;
    assert_eq!(desk.hasher.hash_calls(), 0);
}

#[tokio::test]
async fn the_token_of_a_member_who_is_gone_is_none() {
    let desk = a_desk();
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    desk.library.members().delete(known.member.id()).await.expect("deleted");
    desk.assert_refuses(&token).await;
}

#[tokio::test]
async fn the_token_of_a_member_who_is_deleted_meanwhile_is_none() {
    let desk = a_desk();
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    desk.library.outrun_next_update(Port::Members, Rival::Deleted);
    desk.assert_refuses(&token).await;
}

#[tokio::test]
async fn a_lost_race_is_run_again_and_who_loses_every_one_is_asked_to_come_again() {
    let desk = a_desk();
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    for _ in 0..UPDATE_ATTEMPTS {
        desk.library.outrun_next_update(Port::Members, Rival::Changed);
    }
    let error = desk.execute(&token, &a_new_password()).await.expect_err("contended");
    assert!(matches!(error, ResetPasswordError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
    for _ in 1..UPDATE_ATTEMPTS {
        desk.library.outrun_next_update(Port::Members, Rival::Changed);
    }
    desk.execute(&token, &a_new_password()).await.expect("reset");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_present_one_token_one_succeeds() {
    let desk = Arc::new(a_desk());
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    let outcomes = race(|way| {
        let (desk, token) = (Arc::clone(&desk), token.clone());
        async move {
            let password = Password::parse(&format!("password {way}")).expect("a password");
            desk.execute(&token, &password).await.map(|()| password)
        }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    let refused = count(&outcomes, |outcome| matches!(outcome, Err(ResetPasswordError::InvalidToken(_))));
    assert_eq!(refused, outcomes.len() - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok).expect("one");
    assert!(desk.opens(known.member.id(), &winner).await);
    assert_eq!(desk.queue().await, [(NotificationKind::PasswordChanged, known.member.id())]);
}

#[tokio::test]
async fn a_failing_hasher_changes_nothing() {
    let desk = a_desk();
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    desk.hasher.fail_next();
    let error = desk.execute(&token, &a_new_password()).await.expect_err("unavailable");
    assert!(matches!(error, ResetPasswordError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
}

#[rstest]
#[case::beginning(Port::Begin, 0)]
#[case::beginning_again(Port::Begin, 1)]
#[case::loading(Port::Members, 1)]
#[case::saving(Port::Members, 2)]
#[case::loading_credentials(Port::Credentials, 1)]
#[case::replacing_credentials(Port::Credentials, 2)]
#[case::ending_sessions(Port::RefreshTokens, 0)]
#[case::queueing(Port::Notifications, 0)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_changes_nothing(#[case] port: Port, #[case] calls_before: usize) {
    let desk = a_desk();
    let known = desk.given().await;
    let token = desk.token_of(known.member.id()).await;
    desk.library.fail_after(port, calls_before);
    let error = desk.execute(&token, &a_new_password()).await.expect_err("unavailable");
    assert!(matches!(error, ResetPasswordError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
}

#[test]
fn neither_token_nor_password_is_printed() {
    let command = ResetPasswordCommand { token: PasswordResetToken::from_text("secret".to_owned()), password: a_password() };
    let printed = format!("{command:?}");
    assert!(!printed.contains("secret\"") && !printed.contains(a_password().secret().expose_secret()), "{printed}");
}
