use super::{NewPassword, UpdateMember, UpdateMemberCommand, UpdateMemberError};
use crate::Membership;
use library_auth_domain::{FailedLogins, LoginName, RefreshToken, TooManyFailures};
use library_member_domain::{Credentials, Email, Member, MemberChanges, MemberName, Password, PasswordHasher};
use library_notification_domain::NotificationKind;
use library_shared_domain::{DependencyError, ExpectedVersion, MemberId, Revision, UPDATE_ATTEMPTS, Version};
use library_testkit::builders::MemberBuilder;
use library_testkit::{
    FakeFailedLogins, FakePasswordHasher, InMemoryLibrary, ManualClock, Port, Repositories, Rival, SequentialIds, a_member,
    a_password, a_refresh_token, count, now, race,
};
use rstest::rstest;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// A library and the means to change its members.
struct Desk {
    library: InMemoryLibrary,
    hasher: Arc<FakePasswordHasher>,
    failed_logins: Arc<FakeFailedLogins>,
    clock: Arc<ManualClock>,
    update_member: UpdateMember,
}

/// A member with a password and two sessions.
struct Known {
    member: Member,
    sessions: [RefreshToken; 2],
}

fn later() -> OffsetDateTime {
    now() + Duration::DAY
}

fn a_desk() -> Desk {
    let (library, hasher) = (InMemoryLibrary::new(), Arc::new(FakePasswordHasher::new()));
    let (ids, clock) = (Arc::new(SequentialIds::new()), Arc::new(ManualClock::at(later())));
    let failed_logins = Arc::new(FakeFailedLogins::new(clock.clone()));
    let units = Membership::units(&library);
    let update_member = UpdateMember::new(units, hasher.clone(), failed_logins.clone(), ids, clock.clone());
    Desk { library, hasher, failed_logins, clock, update_member }
}

impl Desk {
    async fn given(&self, member: MemberBuilder) -> Known {
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

    async fn stored(&self, id: MemberId) -> Option<Member> {
        self.library.members().find_by_id(id).await.expect("looked up")
    }

    async fn opens(&self, id: MemberId, password: &Password) -> bool {
        let credentials = self.library.credentials().find_by_member(id).await.expect("looked up").expect("credentials");
        self.hasher.verify(password.secret(), &credentials.password_hash).await.expect("checked")
    }

    /// Which of the two sessions go on.
    async fn live_sessions(&self, known: &Known) -> [bool; 2] {
        let mut live = [false; 2];
        for (token, live) in known.sessions.iter().zip(&mut live) {
            let found = self.library.refresh_tokens().find_by_hash(&token.token_hash).await.expect("looked up");
            *live = found.expect("the token").revoked_at.is_none();
        }
        live
    }

    async fn queue(&self) -> Vec<NotificationKind> {
        self.library.notifications().list(100).await.expect("listed").iter().map(|queued| queued.kind).collect()
    }

    async fn assert_nothing_has_changed(&self, known: &Known) {
        let stored = self.stored(known.member.id()).await.expect("a member");
        assert_eq!((stored.name(), stored.pending_email()), (known.member.name(), known.member.pending_email()));
        assert!(self.opens(known.member.id(), &a_password()).await);
        assert_eq!((self.live_sessions(known).await, self.queue().await), ([true; 2], Vec::new()));
    }
}

fn nothing(known: &Known) -> UpdateMemberCommand {
    UpdateMemberCommand {
        id: known.member.id(),
        session: Some(known.sessions[0].session),
        changes: MemberChanges::default(),
        password: None,
        expected: ExpectedVersion::Any,
    }
}

fn name(known: &Known, name: &str) -> UpdateMemberCommand {
    let name = Some(MemberName::parse(name).expect("a name"));
    UpdateMemberCommand { changes: MemberChanges { name, email: None }, ..nothing(known) }
}

fn email(known: &Known, email: &str) -> UpdateMemberCommand {
    let email = Some(Email::parse(email).expect("an address"));
    UpdateMemberCommand { changes: MemberChanges { name: None, email }, ..nothing(known) }
}

fn password(known: &Known, current: &Password, new: &Password) -> UpdateMemberCommand {
    let password = Some(NewPassword { current: current.secret().clone(), new: new.clone() });
    UpdateMemberCommand { password, ..nothing(known) }
}

fn everything(known: &Known) -> UpdateMemberCommand {
    let changes = MemberChanges { name: name(known, "Grace").changes.name, email: email(known, "new@example.com").changes.email };
    UpdateMemberCommand { changes, ..password(known, &a_password(), &a_new_password()) }
}

fn a_new_password() -> Password {
    Password::parse("Tr0ub4dor & 3").expect("a password")
}

fn text(email: Option<&Email>) -> Option<&str> {
    email.map(Email::as_str)
}

#[tokio::test]
async fn a_name_changes_at_once() {
    let desk = a_desk();
    let known = desk.given(a_member().named("Ada")).await;
    let saved = desk.update_member.execute(name(&known, "Grace")).await.expect("changed");
    let revision = Revision { version: Version::FIRST.next(), created_at: now(), updated_at: later() };
    let (id, email) = (known.member.id(), known.member.email().clone());
    assert_eq!(saved, Member::restore(id, MemberName::parse("Grace").expect("a name"), email, false, revision));
    assert_eq!(desk.stored(id).await, Some(saved));
    assert_eq!((desk.queue().await, desk.hasher.verify_calls()), (Vec::new(), 0));
}

#[tokio::test]
async fn another_address_waits_until_it_is_proven_and_both_addresses_are_written_to_the_old_one_first() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("old@example.com").verified()).await;
    let saved = desk.update_member.execute(email(&known, "New@example.com")).await.expect("changed");
    assert_eq!((saved.email().as_str(), text(saved.pending_email())), ("old@example.com", Some("New@example.com")));
    assert!(saved.is_verified());
    assert_eq!(desk.stored(saved.id()).await, Some(saved));
    assert_eq!(desk.queue().await, [NotificationKind::EmailChangeNotice, NotificationKind::EmailChange]);
}

#[tokio::test]
async fn a_later_address_takes_the_place_of_the_one_that_waits() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("old@example.com").awaiting("first@example.com")).await;
    let saved = desk.update_member.execute(email(&known, "second@example.com")).await.expect("changed");
    assert_eq!(text(saved.pending_email()), Some("second@example.com"));
    let saved = desk.update_member.execute(name(&known, "Grace")).await.expect("changed");
    assert_eq!(text(saved.pending_email()), Some("second@example.com"));
    assert_eq!(desk.queue().await.len(), 2);
}

#[tokio::test]
async fn the_address_as_it_is_gives_the_one_that_waits_up_and_writes_to_nobody() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("old@example.com").awaiting("new@example.com")).await;
    let saved = desk.update_member.execute(email(&known, "old@example.com")).await.expect("changed");
    assert_eq!((saved.email().as_str(), saved.pending_email(), desk.queue().await), ("old@example.com", None, Vec::new()));
}

#[tokio::test]
async fn the_address_in_another_spelling_is_to_be_proven_too() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("ada@example.com")).await;
    let saved = desk.update_member.execute(email(&known, "Ada@example.com")).await.expect("changed");
    assert_eq!((saved.email().as_str(), text(saved.pending_email())), ("ada@example.com", Some("Ada@example.com")));
}

#[tokio::test]
async fn another_members_address_is_refused_and_one_that_another_only_has_in_mind_is_not() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    desk.given(a_member().with_email("Taken@example.com").awaiting("wanted@example.com")).await;
    let error = desk.update_member.execute(email(&known, "taken@example.com")).await.expect_err("refused");
    assert!(matches!(error, UpdateMemberError::DuplicateEmail), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
    let saved = desk.update_member.execute(email(&known, "wanted@example.com")).await.expect("changed");
    assert_eq!(text(saved.pending_email()), Some("wanted@example.com"));
}

#[tokio::test]
async fn in_a_session_that_has_ended_no_address_is_taken() {
    let desk = a_desk();
    let (known, other) = (desk.given(a_member()).await, desk.given(a_member()).await);
    let ended = known.sessions[1].session;
    desk.library.refresh_tokens().revoke_session(ended, later()).await.expect("ended");
    for session in [Some(ended), Some(other.sessions[0].session), None] {
        let command = UpdateMemberCommand { session, ..email(&known, "strangers@example.com") };
        let error = desk.update_member.execute(command).await.expect_err("refused");
        assert!(matches!(error, UpdateMemberError::SessionEnded), "{error:?}");
    }
    assert_eq!((desk.stored(known.member.id()).await, desk.queue().await), (Some(known.member.clone()), Vec::new()));
    // Another name leads nobody into the account.
    desk.update_member.execute(UpdateMemberCommand { session: Some(ended), ..name(&known, "Grace") }).await.expect("changed");
    desk.update_member.execute(email(&known, "new@example.com")).await.expect("changed");
}

#[tokio::test]
async fn another_password_ends_every_session_but_the_callers_and_the_member_is_told() {
    let desk = a_desk();
    let (known, other) = (desk.given(a_member()).await, desk.given(a_member()).await);
    let command = password(&known, &a_password(), &a_new_password());
    let saved = desk.update_member.execute(command).await.expect("changed");
    assert_eq!(saved.revision().version, Version::FIRST.next());
    assert!(desk.opens(saved.id(), &a_new_password()).await && !desk.opens(saved.id(), &a_password()).await);
    assert_eq!((desk.live_sessions(&known).await, desk.live_sessions(&other).await), ([true, false], [true; 2]));
    assert_eq!(desk.queue().await, [NotificationKind::PasswordChanged]);
}

#[tokio::test]
async fn another_password_gives_up_the_address_that_waits_and_keeps_the_one_that_comes_with_it() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("old@example.com").awaiting("strangers@example.com")).await;
    let saved = desk.update_member.execute(password(&known, &a_password(), &a_new_password())).await.expect("changed");
    assert_eq!((saved.email().as_str(), saved.pending_email()), ("old@example.com", None));
    assert_eq!(desk.stored(saved.id()).await, Some(saved));
    let changes = email(&known, "new@example.com").changes;
    let command = UpdateMemberCommand { changes, ..password(&known, &a_new_password(), &a_password()) };
    let saved = desk.update_member.execute(command).await.expect("changed");
    assert_eq!(text(saved.pending_email()), Some("new@example.com"));
}

#[tokio::test]
async fn who_does_not_say_in_which_session_they_are_ends_all() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    let command = UpdateMemberCommand { session: None, ..password(&known, &a_password(), &a_new_password()) };
    desk.update_member.execute(command).await.expect("changed");
    assert_eq!(desk.live_sessions(&known).await, [false; 2]);
}

#[tokio::test]
async fn without_the_current_password_nothing_changes() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    let wrong = Password::parse("a wild guess").expect("a password");
    let password = Some(NewPassword { current: wrong.secret().clone(), new: a_new_password() });
    let error = desk.update_member.execute(UpdateMemberCommand { password, ..everything(&known) }).await.expect_err("refused");
    assert!(matches!(error, UpdateMemberError::WrongPassword), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
}

#[tokio::test]
async fn after_five_wrong_passwords_none_is_looked_at_before_a_second_has_passed() {
    let desk = a_desk();
    let (known, other) = (desk.given(a_member()).await, desk.given(a_member()).await);
    let (wrong, right) = (Password::parse("a wild guess").expect("a password"), a_password());
    let change = async |current| desk.update_member.execute(password(&known, current, &a_new_password())).await;
    for _ in 0..5 {
        assert!(matches!(change(&wrong).await, Err(UpdateMemberError::WrongPassword)));
    }
    let looked_at = desk.hasher.verify_calls();
    for current in [&wrong, &right] {
        let error = change(current).await.expect_err("refused");
        let expected = TooManyFailures { wait: Duration::SECOND };
        assert!(matches!(error, UpdateMemberError::TooManyFailures(refusal) if refusal == expected), "{error:?}");
    }
    assert_eq!(desk.hasher.verify_calls(), looked_at);
    desk.assert_nothing_has_changed(&known).await;
    // Who wants another name is not slowed down, nor is anybody else.
    desk.update_member.execute(name(&known, "Grace")).await.expect("changed");
    desk.update_member.execute(password(&other, &a_password(), &a_new_password())).await.expect("changed");
    desk.clock.advance(Duration::SECOND);
    change(&right).await.expect("changed");
    // That forgot the failures.
    for _ in 0..5 {
        assert!(matches!(change(&wrong).await, Err(UpdateMemberError::WrongPassword)));
    }
}

#[tokio::test]
async fn who_fails_to_log_in_keeps_nobody_from_changing_the_password() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("ada@example.com")).await;
    let account = LoginName::from_text("ada@example.com".to_owned());
    for _ in 0..5 {
        desk.failed_logins.count(&account).await.expect("five may follow upon one another");
    }
    desk.update_member.execute(password(&known, &a_password(), &a_new_password())).await.expect("changed");
    desk.failed_logins.count(&account).await.expect_err("that has not forgotten the failures of log-ins");
}

#[tokio::test]
async fn a_password_that_could_not_be_judged_was_not_wrong() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    for port in [Port::Begin, Port::Credentials].into_iter().cycle().take(20) {
        desk.library.fail_next(port);
        let error =
            desk.update_member.execute(password(&known, &a_password(), &a_new_password())).await.expect_err("unavailable");
        assert!(matches!(error, UpdateMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    }
    desk.update_member.execute(password(&known, &a_password(), &a_new_password())).await.expect("changed");
}

#[tokio::test]
async fn a_change_is_whole() {
    let desk = a_desk();
    let known = desk.given(a_member().with_email("old@example.com")).await;
    let saved = desk.update_member.execute(everything(&known)).await.expect("changed");
    assert_eq!((saved.name().as_str(), text(saved.pending_email())), ("Grace", Some("new@example.com")));
    assert!(desk.opens(saved.id(), &a_new_password()).await);
    let kinds = [NotificationKind::PasswordChanged, NotificationKind::EmailChangeNotice, NotificationKind::EmailChange];
    assert_eq!(desk.queue().await, kinds);
}

#[tokio::test]
async fn a_member_who_is_gone_cannot_be_changed() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    desk.library.members().delete(known.member.id()).await.expect("deleted");
    for command in [name(&known, "Grace"), everything(&known)] {
        let error = desk.update_member.execute(command).await.expect_err("refused");
        assert!(matches!(error, UpdateMemberError::NotFound), "{error:?}");
    }
}

#[tokio::test]
async fn a_member_is_changed_in_the_versions_that_are_expected_alone() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    let expecting = |versions: &[Version]| ExpectedVersion::OneOf(versions.to_vec());
    for expected in [expecting(&[]), expecting(&[Version::FIRST.next()])] {
        let error =
            desk.update_member.execute(UpdateMemberCommand { expected, ..everything(&known) }).await.expect_err("refused");
        assert!(matches!(error, UpdateMemberError::VersionMismatch), "{error:?}");
        desk.assert_nothing_has_changed(&known).await;
    }
    let expected = expecting(&[Version::FIRST]);
    desk.update_member.execute(UpdateMemberCommand { expected, ..everything(&known) }).await.expect("changed");
}

#[tokio::test]
async fn what_was_expected_is_judged_anew_after_every_lost_race() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    desk.library.outrun_next_update(Port::Members, Rival::Changed);
    let expected = ExpectedVersion::OneOf(vec![Version::FIRST]);
    let error = desk.update_member.execute(UpdateMemberCommand { expected, ..everything(&known) }).await.expect_err("refused");
    assert!(matches!(error, UpdateMemberError::VersionMismatch), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
}

#[tokio::test]
async fn a_lost_race_is_run_again_and_the_password_hashed_once() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    let (hashed, verified) = (desk.hasher.hash_calls(), desk.hasher.verify_calls());
    for _ in 1..UPDATE_ATTEMPTS {
        desk.library.outrun_next_update(Port::Members, Rival::Changed);
    }
    desk.update_member.execute(everything(&known)).await.expect("changed");
    assert_eq!((desk.hasher.hash_calls() - hashed, desk.hasher.verify_calls() - verified), (1, 1));
    assert_eq!(desk.queue().await.len(), 3);
}

#[tokio::test]
async fn who_loses_every_race_is_asked_to_come_again() {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    for _ in 0..UPDATE_ATTEMPTS {
        desk.library.outrun_next_update(Port::Members, Rival::Changed);
    }
    let error = desk.update_member.execute(everything(&known)).await.expect_err("contended");
    assert!(matches!(error, UpdateMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_replace_one_password_one_succeeds() {
    let desk = Arc::new(a_desk());
    let known = Arc::new(desk.given(a_member()).await);
    let outcomes = race(|way| {
        let (desk, known) = (Arc::clone(&desk), Arc::clone(&known));
        async move {
            let new = Password::parse(&format!("password {way}")).expect("a password");
            desk.update_member.execute(password(&known, &a_password(), &new)).await.map(|_| new)
        }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    // Whoever came while five had not been judged yet was not judged.
    let refused = count(&outcomes, |outcome| {
        matches!(outcome, Err(UpdateMemberError::WrongPassword | UpdateMemberError::TooManyFailures(_)))
    });
    assert_eq!(refused, outcomes.len() - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok).expect("one");
    assert!(desk.opens(known.member.id(), &winner).await);
}

#[rstest]
#[case::beginning_to_check(Port::Begin, 0)]
#[case::beginning(Port::Begin, 1)]
#[case::loading_credentials(Port::Credentials, 0)]
#[case::loading(Port::Members, 0)]
#[case::looking_for_the_address(Port::Members, 1)]
#[case::saving(Port::Members, 2)]
#[case::replacing_credentials(Port::Credentials, 1)]
#[case::asking_for_the_session(Port::RefreshTokens, 0)]
#[case::ending_sessions(Port::RefreshTokens, 1)]
#[case::queueing(Port::Notifications, 0)]
#[case::queueing_the_last(Port::Notifications, 2)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_changes_nothing(#[case] port: Port, #[case] calls_before: usize) {
    let desk = a_desk();
    let known = desk.given(a_member()).await;
    desk.library.fail_after(port, calls_before);
    let error = desk.update_member.execute(everything(&known)).await.expect_err("unavailable");
    assert!(matches!(error, UpdateMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    desk.assert_nothing_has_changed(&known).await;
}

#[tokio::test]
async fn no_password_is_printed() {
    let printed = format!("{:?}", everything(&a_desk().given(a_member()).await));
    assert!(!printed.contains("horse") && !printed.contains("Tr0ub4dor"), "{printed}");
}
