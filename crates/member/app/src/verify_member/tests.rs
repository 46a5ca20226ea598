use super::{VerifyMember, VerifyMemberError};
use crate::Membership;
use library_member_domain::{Member, VerificationTokenIssuer};
use library_shared_domain::{DependencyError, MemberId, Revision, UPDATE_ATTEMPTS, Version};
use library_testkit::{FakeVerificationTokens, InMemoryLibrary, ManualClock, Port, Repositories, Rival, a_member, now, race};
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
    verify_member: VerifyMember,
}

fn a_desk() -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let tokens = Arc::new(FakeVerificationTokens::new(clock.clone()));
    let verify_member = VerifyMember::new(Membership::units(&library), tokens.clone(), clock.clone());
    Desk { library, clock, tokens, verify_member }
}

impl Desk {
    async fn member(&self) -> Member {
        Repositories::from(&self.library).given_member(a_member()).await
    }

    fn token_of(&self, id: MemberId) -> String {
        self.tokens.issue(id).expect("a token").expose().to_owned()
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
