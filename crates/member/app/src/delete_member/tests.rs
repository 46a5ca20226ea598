use super::{DeleteMember, DeleteMemberCommand, DeleteMemberError};
use crate::Membership;
use library_auth_domain::RefreshToken;
use library_member_domain::Member;
use library_shared_domain::{DependencyError, ExpectedVersion, MemberId, UPDATE_ATTEMPTS, Version};
use library_testkit::{
    InMemoryLibrary, Port, Repositories, Rival, a_book, a_loan, a_member, a_refresh_token, count, credentials_of, now, race,
};
use rstest::rstest;
use std::sync::Arc;

/// A member about whom the library knows everything there is to know.
struct Known {
    member: Member,
    token: RefreshToken,
}

async fn a_known_member(seen: &Repositories) -> Known {
    let member = seen.given_member(a_member()).await;
    seen.credentials.create(&credentials_of(&member)).await.expect("credentials");
    let token = seen.given_session(a_refresh_token().of(&member), now()).await;
    seen.given_notification(member.id(), now()).await;
    Known { member, token }
}

/// What is kept of somebody: the member, their credentials, their session, and how much is queued for them.
async fn what_is_kept_of(known: &Known, seen: &Repositories) -> (bool, bool, bool, usize) {
    let id = known.member.id();
    let queue = seen.notifications.list(10).await.expect("listed");
    (
        seen.members.find_by_id(id).await.expect("looked up").is_some(),
        seen.credentials.find_by_member(id).await.expect("looked up").is_some(),
        seen.refresh_tokens.find_by_hash(&known.token.token_hash).await.expect("looked up").is_some(),
        queue.iter().filter(|queued| queued.member_id == id).count(),
    )
}

const EVERYTHING: (bool, bool, bool, usize) = (true, true, true, 1);
const NOTHING: (bool, bool, bool, usize) = (false, false, false, 0);

fn delete_member(library: &InMemoryLibrary) -> DeleteMember {
    DeleteMember::new(Membership::units(library))
}

fn deletion_of(id: MemberId) -> DeleteMemberCommand {
    DeleteMemberCommand { id, expected: ExpectedVersion::Any }
}

fn expecting(id: MemberId, versions: &[Version]) -> DeleteMemberCommand {
    DeleteMemberCommand { id, expected: ExpectedVersion::OneOf(versions.to_vec()) }
}

#[tokio::test]
async fn nothing_personal_is_left_of_a_deleted_member_and_others_are_left_alone() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let (known, other) = (a_known_member(&seen).await, a_known_member(&seen).await);
    delete_member(&library).execute(deletion_of(known.member.id())).await.expect("deleted");
    assert_eq!(what_is_kept_of(&known, &seen).await, NOTHING);
    assert_eq!(what_is_kept_of(&other, &seen).await, EVERYTHING);
}

#[tokio::test]
async fn the_returned_loans_of_a_deleted_member_stay() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
    let loan = seen.given_loan(a_loan().of(&book).to(&member).returned()).await;
    delete_member(&library).execute(deletion_of(member.id())).await.expect("deleted");
    assert_eq!(seen.loans.find_by_id(loan.id()).await.expect("looked up"), Some(loan));
}

#[tokio::test]
async fn the_address_of_a_deleted_member_is_free() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let member = seen.given_member(a_member().with_email("ada@example.com")).await;
    delete_member(&library).execute(deletion_of(member.id())).await.expect("deleted");
    seen.given_member(a_member().with_email("ada@example.com")).await;
}

#[tokio::test]
async fn a_missing_member_cannot_be_deleted() {
    let delete_member = delete_member(&InMemoryLibrary::new());
    let error = delete_member.execute(deletion_of(a_member().build().id())).await.expect_err("refused");
    assert!(matches!(error, DeleteMemberError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_member_with_open_loans_cannot_be_deleted() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let (book, known) = (seen.given_book(a_book()).await, a_known_member(&seen).await);
    let loan = seen.given_loan(a_loan().of(&book).to(&known.member)).await;
    let error = delete_member(&library).execute(deletion_of(known.member.id())).await.expect_err("refused");
    assert!(matches!(error, DeleteMemberError::HasOpenLoans), "{error:?}");
    assert_eq!(what_is_kept_of(&known, &seen).await, EVERYTHING);
    assert_eq!(seen.loans.find_by_id(loan.id()).await.expect("looked up"), Some(loan));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_delete_one_member_at_once_one_succeeds() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_member(a_member()).await.id();
    let delete_member = Arc::new(delete_member(&library));
    let outcomes = race(|_| {
        let delete_member = Arc::clone(&delete_member);
        async move { delete_member.execute(deletion_of(id)).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1);
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(DeleteMemberError::NotFound))), outcomes.len() - 1);
}

#[tokio::test]
async fn a_member_in_an_expected_version_is_deleted() {
    let library = InMemoryLibrary::new();
    let member = Repositories::from(&library).given_member(a_member()).await;
    let command = expecting(member.id(), &[Version::FIRST.next(), Version::FIRST]);
    delete_member(&library).execute(command).await.expect("deleted");
    assert_eq!(library.members().find_by_id(member.id()).await.expect("looked up"), None);
}

#[tokio::test]
async fn a_member_that_has_moved_on_is_not_deleted() {
    let library = InMemoryLibrary::new();
    let member = Repositories::from(&library).given_member(a_member()).await;
    let moved_on = library.members().update(&member).await.expect("updated");
    for versions in [&[Version::FIRST][..], &[]] {
        let error = delete_member(&library).execute(expecting(member.id(), versions)).await.expect_err("refused");
        assert!(matches!(error, DeleteMemberError::VersionMismatch), "{error:?}");
    }
    assert_eq!(library.members().find_by_id(member.id()).await.expect("looked up"), Some(moved_on));
}

#[tokio::test]
async fn what_was_expected_is_judged_anew_after_every_lost_race() {
    let library = InMemoryLibrary::new();
    let (member, second) = (Repositories::from(&library).given_member(a_member()).await, Version::FIRST.next());
    library.outrun_next_update(Port::Members, Rival::Changed);
    let error = delete_member(&library).execute(expecting(member.id(), &[Version::FIRST])).await.expect_err("refused");
    assert!(matches!(error, DeleteMemberError::VersionMismatch), "{error:?}");
    assert_eq!(library.members().find_by_id(member.id()).await.expect("looked up"), Some(member.clone().saved()));

    library.outrun_next_update(Port::Members, Rival::Changed);
    delete_member(&library).execute(expecting(member.id(), &[second, second.next()])).await.expect("deleted");
    assert_eq!(library.members().find_by_id(member.id()).await.expect("looked up"), None);
}

#[tokio::test]
async fn a_member_that_is_deleted_meanwhile_is_not_found_whatever_was_expected() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_member(a_member()).await.id();
    library.outrun_next_update(Port::Members, Rival::Deleted);
    for _ in 0..2 {
        let error = delete_member(&library).execute(expecting(id, &[Version::FIRST])).await.expect_err("refused");
        assert!(matches!(error, DeleteMemberError::NotFound), "{error:?}");
    }
}

#[tokio::test]
async fn who_loses_every_race_is_asked_to_come_again() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_member(a_member()).await.id();
    let mut versions = vec![Version::FIRST];
    for _ in 0..UPDATE_ATTEMPTS {
        library.outrun_next_update(Port::Members, Rival::Changed);
        versions.extend(versions.last().copied().map(Version::next));
    }
    let error = delete_member(&library).execute(expecting(id, &versions)).await.expect_err("contended");
    assert!(matches!(error, DeleteMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert!(library.members().find_by_id(id).await.expect("looked up").is_some());
}

#[rstest]
#[case(Port::Begin)]
#[case(Port::Members)]
#[case(Port::Commit)]
#[tokio::test]
async fn a_failing_store_forgets_nothing(#[case] port: Port) {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let known = a_known_member(&seen).await;
    library.fail_next(port);
    let error = delete_member(&library).execute(deletion_of(known.member.id())).await.expect_err("unavailable");
    assert!(matches!(error, DeleteMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(what_is_kept_of(&known, &seen).await, EVERYTHING);
}
