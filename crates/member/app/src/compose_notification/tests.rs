use super::{AccountTokens, ComposeNotification};
use crate::AccountLinks;
use library_member_domain::{
    EmailChangeTokenIssuer, Member, PasswordResetToken, PasswordResetTokenIssuer, VerificationTokenIssuer,
};
use library_notification_domain::{Composer, Message, NotificationKind};
use library_shared_domain::{DependencyError, MemberId};
use library_testkit::{
    FakeEmailChangeTokens, FakePasswordResetTokens, FakeVerificationTokens, InMemoryLibrary, ManualClock, Port, Repositories,
    a_member, credentials_of,
};
use rstest::rstest;
use std::sync::Arc;
use time::Duration;

/// A library and the means to write to its members.
struct Desk {
    library: InMemoryLibrary,
    clock: Arc<ManualClock>,
    tokens: Arc<FakeVerificationTokens>,
    reset_tokens: Arc<FakePasswordResetTokens>,
    change_tokens: Arc<FakeEmailChangeTokens>,
    composer: ComposeNotification,
}

fn a_desk_under(base_url: &str) -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let tokens = Arc::new(FakeVerificationTokens::new(clock.clone()));
    let reset_tokens = Arc::new(FakePasswordResetTokens::new(clock.clone()));
    let change_tokens = Arc::new(FakeEmailChangeTokens::new(clock.clone()));
    let account_tokens =
        AccountTokens { verification: tokens.clone(), email_change: change_tokens.clone(), password_reset: reset_tokens.clone() };
    let links = AccountLinks::under(base_url);
    let composer = ComposeNotification::new(library.members(), library.credentials(), account_tokens, links);
    Desk { library, clock, tokens, reset_tokens, change_tokens, composer }
}

fn a_desk() -> Desk {
    a_desk_under("https://library.example.com")
}

impl Desk {
    async fn ada(&self) -> Member {
        Repositories::from(&self.library).given_member(a_member().named("Ada Lovelace").with_email("Ada@example.com")).await
    }

    async fn compose(&self, id: MemberId) -> Result<Option<Message>, DependencyError> {
        self.composer.compose(NotificationKind::Verification, id).await
    }

    async fn compose_another(&self, kind: NotificationKind, member: &Member) -> Option<Message> {
        self.composer.compose(kind, member.id()).await.expect("composed")
    }

    async fn message_to(&self, member: &Member) -> Message {
        self.compose(member.id()).await.expect("composed").expect("something to say")
    }
}

/// The link in a message.
fn link(message: &Message) -> &str {
    message.notification.body.as_str().lines().find(|line| line.starts_with("http")).expect("a link on a line of its own")
}

/// The token in a link.
fn token(message: &Message) -> &str {
    link(message).split_once("?token=").expect("a token").1
}

#[tokio::test]
async fn a_new_member_is_welcomed_at_their_address_as_they_gave_it_and_nothing_that_they_wrote_is_in_the_mail() {
    let desk = a_desk();
    let message = desk.message_to(&desk.ada().await).await;
    assert_eq!(message.recipient.address, "Ada@example.com");
    assert_eq!(message.notification.subject.as_str(), "Welcome to the library");
    assert!(message.notification.body.as_str().starts_with("Hello,\n"));
    assert!(!message.notification.body.as_str().contains("Ada"));
}

#[tokio::test]
async fn the_link_holds_the_members_own_token() {
    let desk = a_desk();
    let (ada, other) = (desk.ada().await, Repositories::from(&desk.library).given_member(a_member()).await);
    assert_eq!(desk.tokens.verify(token(&desk.message_to(&ada).await)), Ok(ada.id()));
    assert_eq!(desk.tokens.verify(token(&desk.message_to(&other).await)), Ok(other.id()));
}

#[tokio::test]
async fn the_token_is_made_only_now_so_that_its_time_begins_with_the_mail() {
    let desk = a_desk();
    let ada = desk.ada().await;
    desk.clock.advance(Duration::days(365));
    let message = desk.message_to(&ada).await;
    desk.clock.advance(Duration::hours(24) - Duration::MICROSECOND);
    assert_eq!(desk.tokens.verify(token(&message)), Ok(ada.id()));
    assert_ne!(token(&message), token(&desk.message_to(&ada).await));
}

#[rstest]
#[case("https://library.example.com", "https://library.example.com/members/verify?token=")]
#[case("https://library.example.com/", "https://library.example.com/members/verify?token=")]
#[case("http://localhost:8000//", "http://localhost:8000/members/verify?token=")]
#[case("https://example.com/library/", "https://example.com/library/members/verify?token=")]
#[tokio::test]
async fn a_slash_at_the_end_of_the_services_address_does_not_count(#[case] base_url: &str, #[case] expected: &str) {
    let desk = a_desk_under(base_url);
    let message = desk.message_to(&desk.ada().await).await;
    assert!(link(&message).starts_with(expected), "{}", link(&message));
}

#[tokio::test]
async fn there_is_nothing_to_say_to_a_member_who_is_verified() {
    let desk = a_desk();
    let member = Repositories::from(&desk.library).given_member(a_member().verified()).await;
    assert_eq!(desk.compose(member.id()).await.expect("composed"), None);
}

#[tokio::test]
async fn a_failing_store_is_not_taken_for_a_member_who_is_gone() {
    let desk = a_desk();
    let ada = desk.ada().await;
    desk.library.fail_next(Port::Members);
    let error = desk.compose(ada.id()).await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_message_without_its_token_is_none() {
    let desk = a_desk();
    let ada = desk.ada().await;
    desk.tokens.fail_next();
    let error = desk.compose(ada.id()).await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn who_forgot_their_password_gets_a_link_that_is_bound_to_it() {
    let desk = a_desk();
    let ada = desk.ada().await;
    let credentials = credentials_of(&ada);
    desk.library.credentials().create(&credentials).await.expect("created");
    let message = desk.compose_another(NotificationKind::PasswordReset, &ada).await.expect("something to say");
    assert_eq!(message.recipient.address, "Ada@example.com");
    assert_eq!(message.notification.subject.as_str(), "A new password for the library");
    assert!(link(&message).starts_with("https://library.example.com/auth/password/reset?token="), "{}", link(&message));
    let token = PasswordResetToken::from_text(token(&message).to_owned());
    assert_eq!(desk.reset_tokens.verify(&token, &ada, &credentials), Ok(()));
    assert!(!message.notification.body.as_str().contains("Ada"));
}

#[tokio::test]
async fn who_changed_their_password_is_told_so() {
    let desk = a_desk();
    let message = desk.compose_another(NotificationKind::PasswordChanged, &desk.ada().await).await.expect("something to say");
    assert_eq!(message.recipient.address, "Ada@example.com");
    assert_eq!(message.notification.subject.as_str(), "Your password was changed");
    assert!(!message.notification.body.as_str().contains("Ada") && !message.notification.body.as_str().contains("http"));
}

#[tokio::test]
async fn there_is_nothing_to_say_of_any_kind_to_a_member_who_is_gone() {
    let desk = a_desk();
    let ada = desk.ada().await;
    desk.library.members().delete(ada.id()).await.expect("deleted");
    for kind in NotificationKind::ALL {
        assert_eq!(desk.compose_another(*kind, &ada).await, None, "{kind}");
    }
}

#[tokio::test]
async fn credentials_that_cannot_be_read_are_not_taken_for_none() {
    let desk = a_desk();
    let ada = desk.ada().await;
    desk.library.credentials().create(&credentials_of(&ada)).await.expect("created");
    desk.library.fail_next(Port::Credentials);
    let error = desk.composer.compose(NotificationKind::PasswordReset, ada.id()).await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    desk.reset_tokens.fail_next();
    let error = desk.composer.compose(NotificationKind::PasswordReset, ada.id()).await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_new_address_is_asked_for_a_proof_and_the_old_one_told_of_it() {
    let desk = a_desk();
    let member = a_member().named("Ada").with_email("old@example.com").verified().awaiting("New@example.com");
    let ada = Repositories::from(&desk.library).given_member(member).await;
    let ask = desk.compose_another(NotificationKind::EmailChange, &ada).await.expect("something to say");
    assert_eq!(ask.recipient.address, "New@example.com");
    assert_eq!(ask.notification.subject.as_str(), "Your new address at the library");
    assert!(link(&ask).starts_with("https://library.example.com/members/verify?token="), "{}", link(&ask));
    let address = ada.pending_email().expect("one that waits");
    assert_eq!(desk.change_tokens.verify(token(&ask), ada.id(), address), Ok(()));

    let notice = desk.compose_another(NotificationKind::EmailChangeNotice, &ada).await.expect("something to say");
    assert_eq!(notice.recipient.address, "old@example.com");
    assert_eq!(notice.notification.subject.as_str(), "Your address is about to change");
    for message in [ask, notice] {
        let body = message.notification.body.as_str();
        assert!(!body.contains("Ada") && !body.contains('@'), "{body}");
    }
}

#[rstest]
#[case(NotificationKind::EmailChange)]
#[case(NotificationKind::EmailChangeNotice)]
#[tokio::test]
async fn there_is_nothing_to_say_of_an_address_that_does_not_wait_any_more(#[case] kind: NotificationKind) {
    let desk = a_desk();
    assert_eq!(desk.compose_another(kind, &desk.ada().await).await, None);
}
