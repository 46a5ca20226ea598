use super::{VerifyMember, VerifyMemberError};
use crate::Membership;
use library_member_domain::{Email, EmailChangeTokenIssuer, Member, MemberChanges, VerificationTokenIssuer};
use library_shared_domain::{DependencyError, MemberId, Revision, UPDATE_ATTEMPTS, Version};
use library_testkit::{
    FakeEmailChangeTokens, FakeVerificationTokens, InMemoryLibrary, ManualClock, Port, Repositories, Rival, WAYS, a_member,
    count, now, race,
};
use rstest::rstest;
use std::sync::Arc;
use time::Duration;

/// For how long the fake's tokens are good.
const LIFETIME: Duration = Duration::hours(24);

/// A library and the means to verify its members.
struct Desk {
    library: InMemoryLibrary,
    clock: Arc<ManualClock>,
    tokens: Arc<FakeVerificationTokens>,
    change_tokens: Arc<FakeEmailChangeTokens>,
    verify_member: VerifyMember,
}

fn a_desk() -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let tokens = Arc::new(FakeVerificationTokens::new(clock.clone()));
    let change_tokens = Arc::new(FakeEmailChangeTokens::new(clock.clone()));
    let verify_member = VerifyMember::new(Membership::units(&library), tokens.clone(), change_tokens.clone(), clock.clone());
    Desk { library, clock, tokens, change_tokens, verify_member }
}

impl Desk {
    async fn member(&self) -> Member {
        Repositories::from(&self.library).given_member(a_member()).await
    }

    fn token_of(&self, id: MemberId) -> String {
        self.tokens.issue(id).expect("a token").expose().to_owned()
    }

    /// A member whose address is to change, and the token that was mailed there.
    async fn moving(&self, from: &str, to: &str) -> (Member, String) {
        let member = Repositories::from(&self.library).given_member(a_member().with_email(from).awaiting(to)).await;
        let address = member.pending_email().expect("one that waits");
        let token = self.change_tokens.issue(member.id(), address).expect("a token").expose().to_owned();
        (member, token)
    }

    async fn stored(&self, id: MemberId) -> Option<Member> {
        self.library.members().find_by_id(id).await.expect("looked up")
    }
}

#[tokio::test]
async fn a_member_is_verified_by_their_token() {
    let desk = a_desk();
    let (member, other) = (desk.member().await, desk.member().await);
    let token = desk.token_of(member.id());
    let later = desk.clock.advance(Duration::HOUR);

    let verified = desk.verify_member.execute(&token).await.expect("verified");
    let revision = Revision { version: Version::FIRST.next(), created_at: now(), updated_at: later };
    let expected = Member::restore(member.id(), member.name().clone(), member.email().clone(), true, revision);
    assert_eq!(verified, expected);
    assert_eq!(desk.stored(member.id()).await, Some(expected));
    assert_eq!(desk.stored(other.id()).await, Some(other));
}

#[tokio::test]
async fn verifying_again_answers_the_same_and_writes_nothing() {
    let desk = a_desk();
    let token = desk.token_of(desk.member().await.id());
    let verified = desk.verify_member.execute(&token).await.expect("verified");
    desk.clock.advance(Duration::HOUR);

    // One call of the members' port is left to look them up; a second one and a commit would fail.
    desk.library.fail_after(Port::Members, 1);
    desk.library.fail_next(Port::Commit);
    assert_eq!(desk.verify_member.execute(&token).await.expect("verified"), verified);
}

#[tokio::test]
async fn a_token_is_good_until_the_moment_it_expires() {
    let desk = a_desk();
    let (in_time, late) = (desk.member().await, desk.member().await);
    let tokens = (desk.token_of(in_time.id()), desk.token_of(late.id()));
    desk.clock.advance(LIFETIME - Duration::MICROSECOND);
    assert!(desk.verify_member.execute(&tokens.0).await.expect("verified").is_verified());

    desk.clock.advance(Duration::MICROSECOND);
    let error = desk.verify_member.execute(&tokens.1).await.expect_err("expired");
    assert!(matches!(error, VerifyMemberError::InvalidToken(_)), "{error:?}");
    assert_eq!(desk.stored(late.id()).await, Some(late));
}

#[rstest]
#[case::empty("")]
#[case::nonsense("nonsense")]
#[case::forged("verification.9999999999999999999.01890a5d-ac96-774b-bcce-b302099a8057.0000000000000000")]
#[tokio::test]
async fn a_bad_token_verifies_nobody_and_does_not_reach_the_store(#[case] token: &str) {
    let desk = a_desk();
    desk.library.go_offline();
    let error = desk.verify_member.execute(token).await.expect_err("refused");
    assert!(matches!(error, VerifyMemberError::InvalidToken(_)), "{error:?}");
}

#[tokio::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let desk = a_desk();
    let (member, other) = (desk.member().await, desk.member().await);
    let tampered = desk.token_of(member.id()).replace(&member.id().to_string(), &other.id().to_string());
    let error = desk.verify_member.execute(&tampered).await.expect_err("refused");
    assert!(matches!(error, VerifyMemberError::InvalidToken(_)), "{error:?}");
    assert_eq!(desk.stored(other.id()).await, Some(other));
}

#[tokio::test]
async fn a_member_who_is_gone_is_not_found() {
    let desk = a_desk();
    let member = desk.member().await;
    let token = desk.token_of(member.id());
    desk.library.members().delete(member.id()).await.expect("deleted");
    let error = desk.verify_member.execute(&token).await.expect_err("refused");
    assert!(matches!(error, VerifyMemberError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_member_who_is_deleted_meanwhile_is_not_found() {
    let desk = a_desk();
    let token = desk.token_of(desk.member().await.id());
    desk.library.outrun_next_update(Port::Members, Rival::Deleted);
    let error = desk.verify_member.execute(&token).await.expect_err("refused");
    assert!(matches!(error, VerifyMemberError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_lost_race_is_run_again() {
    let desk = a_desk();
    let token = desk.token_of(desk.member().await.id());
    for _ in 1..UPDATE_ATTEMPTS {
        desk.library.outrun_next_update(Port::Members, Rival::Changed);
    }
    assert!(desk.verify_member.execute(&token).await.expect("verified").is_verified());
}

#[tokio::test]
async fn who_loses_every_race_is_asked_to_come_again() {
    let desk = a_desk();
    let member = desk.member().await;
    for _ in 0..UPDATE_ATTEMPTS {
        desk.library.outrun_next_update(Port::Members, Rival::Changed);
    }
    let error = desk.verify_member.execute(&desk.token_of(member.id())).await.expect_err("contended");
    assert!(matches!(error, VerifyMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert!(!desk.stored(member.id()).await.expect("the rivals' member").is_verified());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_verify_at_once_all_succeed_and_one_writes() {
    let desk = Arc::new(a_desk());
    let id = desk.member().await.id();
    let token = desk.token_of(id);
    let outcomes = race(|_| {
        let (desk, token) = (Arc::clone(&desk), token.clone());
        async move { desk.verify_member.execute(&token).await }
    })
    .await;
    let stored = desk.stored(id).await.expect("a member");
    assert_eq!(stored.revision().version, Version::FIRST.next());
    for outcome in outcomes {
        assert_eq!(outcome.expect("verified"), stored);
    }
}

#[rstest]
#[case::beginning(Port::Begin, 0)]
#[case::loading(Port::Members, 0)]
#[case::saving(Port::Members, 1)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_verifies_nobody(#[case] port: Port, #[case] calls_before: usize) {
    let desk = a_desk();
    let member = desk.member().await;
    desk.library.fail_after(port, calls_before);
    let error = desk.verify_member.execute(&desk.token_of(member.id())).await.expect_err("unavailable");
    assert!(matches!(error, VerifyMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(desk.stored(member.id()).await, Some(member));
}

#[tokio::test]
async fn an_address_that_waits_takes_the_place_of_the_one_before_and_is_verified() {
    let desk = a_desk();
    let (member, token) = desk.moving("old@example.com", "New@example.com").await;
    let later = desk.clock.advance(Duration::HOUR);
    let verified = desk.verify_member.execute(&token).await.expect("verified");
    let revision = Revision { version: Version::FIRST.next(), created_at: now(), updated_at: later };
    let email = Email::parse("New@example.com").expect("an address");
    assert_eq!(verified, Member::restore(member.id(), member.name().clone(), email, true, revision));
    assert_eq!(verified.email().as_str(), "New@example.com");
    assert_eq!(desk.stored(member.id()).await, Some(verified.clone()));
    // Again, it changes nothing.
    desk.library.fail_next(Port::Commit);
    assert_eq!(desk.verify_member.execute(&token).await.expect("verified"), verified);
}

#[tokio::test]
async fn the_token_of_an_address_that_was_given_up_or_replaced_is_dead() {
    let desk = a_desk();
    for other in ["old@example.com", "another@example.com"] {
        let (mut member, token) = desk.moving("old@example.com", "new@example.com").await;
        let email = Some(Email::parse(other).expect("an address"));
        member.revise(MemberChanges { name: None, email }, now());
        let stored = desk.library.members().update(&member).await.expect("updated");
        let error = desk.verify_member.execute(&token).await.expect_err("refused");
        assert!(matches!(error, VerifyMemberError::InvalidToken(_)), "{error:?}");
        assert_eq!(desk.stored(member.id()).await, Some(stored));
        desk.library.members().delete(member.id()).await.expect("deleted");
    }
}

#[tokio::test]
async fn a_token_of_the_address_before_leaves_the_one_that_waits_alone() {
    let desk = a_desk();
    let (member, _) = desk.moving("old@example.com", "new@example.com").await;
    let verified = desk.verify_member.execute(&desk.token_of(member.id())).await.expect("verified");
    assert_eq!(verified.email().as_str(), "old@example.com");
    assert_eq!(verified.pending_email().map(Email::as_str), Some("new@example.com"));
    assert!(verified.is_verified());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_prove_one_address_one_gets_it() {
    let desk = Arc::new(a_desk());
    let mut tokens = Vec::new();
    for way in 0..WAYS {
        tokens.push(desk.moving(&format!("old{way}@example.com"), "new@example.com").await.1);
    }
    let outcomes = race(|way| {
        let (desk, token) = (Arc::clone(&desk), tokens[way].clone());
        async move { desk.verify_member.execute(&token).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    let refused = count(&outcomes, |outcome| matches!(outcome, Err(VerifyMemberError::DuplicateEmail)));
    assert_eq!(refused, outcomes.len() - 1, "{outcomes:?}");
}
