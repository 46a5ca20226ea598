use super::{RegisterMember, RegisterMemberCommand, RegisterMemberError};
use crate::Membership;
use library_member_domain::{Email, Member, MemberName, PasswordHasher};
use library_notification_domain::{NotificationKind, QueuedNotification, QueuedState};
use library_shared_domain::{
    DependencyError, ListRequest, MemberId, NotificationId, Revision,
    idempotency::{Claimed, Completion, Receipt},
};
use library_testkit::{
    FakePasswordHasher, InMemoryLibrary, ManualClock, Port, SequentialIds, a_claim, a_password, count, now, race,
};
use rstest::rstest;
use std::sync::Arc;

/// A library and the means to register there.
struct Desk {
    library: InMemoryLibrary,
    hasher: Arc<FakePasswordHasher>,
    register_member: RegisterMember,
}

fn a_desk() -> Desk {
    let (library, hasher) = (InMemoryLibrary::new(), Arc::new(FakePasswordHasher::new()));
    let (ids, clock) = (Arc::new(SequentialIds::new()), Arc::new(ManualClock::default()));
    let register_member = RegisterMember::new(Membership::units(&library), hasher.clone(), ids, clock);
    Desk { library, hasher, register_member }
}

impl Desk {
    async fn members(&self) -> Vec<Member> {
        self.library.members().list(&ListRequest::default()).await.expect("a page").items
    }

    async fn queue(&self) -> Vec<QueuedNotification> {
        self.library.notifications().list(10).await.expect("listed")
    }

    async fn has_credentials_of(&self, id: MemberId) -> bool {
        self.library.credentials().find_by_member(id).await.expect("looked up").is_some()
    }
}

fn ada_at(email: &str) -> RegisterMemberCommand {
    RegisterMemberCommand {
        name: MemberName::parse("Ada Lovelace").expect("a name"),
        email: Email::parse(email).expect("an address"),
        password: a_password(),
    }
}

/// The id that the first member gets.
fn first_id() -> MemberId {
    MemberId::from(SequentialIds::nth(1))
}

#[tokio::test]
async fn a_new_member_is_kept_as_answered_and_is_not_verified() {
    let desk = a_desk();
    let member = desk.register_member.execute(ada_at("Ada@example.com"), &Completion::not_asked()).await.expect("registered");
    let RegisterMemberCommand { name, email, .. } = ada_at("Ada@example.com");
    assert_eq!(member, Member::restore(first_id(), name, email, false, Revision::first(now())));
    assert_eq!(member.email().as_str(), "Ada@example.com");
    assert_eq!(desk.members().await, [member]);
}

#[tokio::test]
async fn the_password_is_hashed_once_and_opens_the_account() {
    let desk = a_desk();
    let member = desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await.expect("registered");
    assert_eq!((desk.hasher.hash_calls(), desk.hasher.verify_calls()), (1, 0));
    let kept = desk.library.credentials().find_by_member(member.id()).await.expect("looked up").expect("credentials");
    assert!(desk.hasher.verify(a_password().secret(), &kept.password_hash).await.expect("checked"));
}

#[tokio::test]
async fn a_verification_is_queued_to_be_sent_at_once() {
    let desk = a_desk();
    let member = desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await.expect("registered");
    let expected = QueuedNotification {
        id: NotificationId::from(SequentialIds::nth(2)),
        kind: NotificationKind::Verification,
        member_id: member.id(),
        queued_at: now(),
        attempts: 0,
        last_error: None,
        state: QueuedState::Waiting { until: now() },
    };
    assert_eq!(desk.queue().await, [expected]);
}

#[tokio::test]
async fn an_address_that_differs_in_case_alone_is_taken() {
    let desk = a_desk();
    let first = desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await.expect("registered");
    let error = desk.register_member.execute(ada_at("ADA@Example.com"), &Completion::not_asked()).await.expect_err("refused");
    assert!(matches!(error, RegisterMemberError::DuplicateEmail), "{error:?}");
    assert_eq!(desk.members().await, [first]);
    assert_eq!(desk.queue().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_register_one_address_at_once_one_succeeds() {
    let desk = Arc::new(a_desk());
    let outcomes = race(|_| {
        let desk = Arc::clone(&desk);
        async move { desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1);
    let refused = count(&outcomes, |outcome| matches!(outcome, Err(RegisterMemberError::DuplicateEmail)));
    assert_eq!(refused, outcomes.len() - 1);
    assert_eq!((desk.members().await.len(), desk.queue().await.len()), (1, 1));
}

#[tokio::test]
async fn what_came_of_it_is_kept_with_the_member_and_goes_with_them() {
    let (desk, attempt) = (a_desk(), a_claim());
    let claim = attempt.clone().build();
    let receipt = |member: &Member| Receipt { outcome: member.name().as_str().into(), member_id: Some(member.id()) };
    desk.library.claims().claim(&claim).await.expect("claimed");
    let completion = Completion::of(claim.id, receipt);
    let member = desk.register_member.execute(ada_at("ada@example.com"), &completion).await.expect("registered");
    let kept = desk.library.claims().claim(&attempt.again().build()).await.expect("answered");
    assert_eq!(kept, Claimed::Completed(receipt(&member)));
    desk.library.members().delete(member.id()).await.expect("deleted");
    assert_eq!(desk.library.claims().claim(&attempt.again().build()).await.expect("answered"), Claimed::Fresh);
}

#[tokio::test]
async fn who_has_lost_the_claim_registers_nobody() {
    let desk = a_desk();
    let completion = Completion::of(a_claim().build().id, |_: &Member| Receipt { outcome: Vec::new(), member_id: None });
    let error = desk.register_member.execute(ada_at("ada@example.com"), &completion).await.expect_err("unavailable");
    assert!(matches!(error, RegisterMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(desk.members().await, []);
    assert_eq!(desk.queue().await, []);
}

#[rstest]
#[case::beginning(Port::Begin)]
#[case::keeping_the_member(Port::Members)]
#[case::keeping_the_credentials(Port::Credentials)]
#[case::queueing(Port::Notifications)]
#[case::committing(Port::Commit)]
#[tokio::test]
async fn a_failing_store_keeps_no_member_no_credentials_and_no_mail(#[case] port: Port) {
    let desk = a_desk();
    desk.library.fail_next(port);
    let error = desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await.expect_err("unavailable");
    assert!(matches!(error, RegisterMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(desk.members().await, []);
    assert!(!desk.has_credentials_of(first_id()).await);
    assert_eq!(desk.queue().await, []);

    desk.register_member
        .execute(ada_at("ada@example.com"), &Completion::not_asked())
        .await
        .expect("nothing is in the way of a second try");
}

#[tokio::test]
async fn a_failing_hasher_registers_nobody() {
    let desk = a_desk();
    desk.hasher.fail_next();
    let error = desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await.expect_err("unavailable");
    assert!(matches!(error, RegisterMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!((desk.members().await, desk.queue().await), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_password_is_hashed_before_the_unit_begins() {
    let desk = a_desk();
    desk.library.go_offline();
    desk.register_member.execute(ada_at("ada@example.com"), &Completion::not_asked()).await.expect_err("unavailable");
    assert_eq!(desk.hasher.hash_calls(), 1);
}
