//! What a `MemberRepository` promises.

use super::{
    World,
    macros::assert_shape,
    paging::{all_pages, at, first},
    racing::{WAYS, count, race, race_of_two},
};
use crate::builders::{a_book, a_loan, a_member, a_refresh_token, a_successor, credentials_of, now, unique_email, unique_id};
use library_auth_domain::Rotation;
use library_loan_domain::CreateLoanError;
use library_member_domain::{CreateMemberError, DeleteMemberError, Email, Member, MemberChanges, MemberName, UpdateMemberError};
use library_shared_domain::{ListRequest, MemberId, Version};
use time::{Duration, macros::datetime};

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! member_repository_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, member_repository:
            a_member_comes_back_as_they_were_kept,
            a_members_times_are_kept_to_the_microsecond,
            a_member_whom_nobody_kept_is_not_found,
            a_member_who_was_absent_is_found_once_they_are_kept,
            a_members_address_is_kept_as_given_and_found_whatever_its_case,
            an_address_belongs_to_one_member_whatever_its_case,
            a_members_id_is_taken_once,
            of_many_who_register_one_address_one_succeeds,
            a_changed_member_stands_as_the_update_answered,
            a_change_of_a_state_of_a_member_that_has_moved_is_refused,
            a_change_of_a_missing_member_is_refused,
            of_many_changes_of_one_member_one_succeeds,
            a_renamed_member_stands_as_the_update_answered,
            an_address_that_waits_comes_back_as_given_and_finds_nobody,
            a_proven_address_takes_the_place_of_the_one_before_which_is_free,
            an_address_cannot_be_changed_to_another_members,
            of_many_who_prove_one_address_one_succeeds,
            a_deleted_member_is_gone,
            a_missing_member_cannot_be_deleted,
            of_many_who_delete_one_member_one_succeeds,
            a_member_deleted_in_the_state_that_was_loaded_is_gone,
            a_member_that_has_moved_is_not_deleted_in_the_state_that_was_loaded,
            a_missing_member_cannot_be_deleted_in_any_state,
            a_member_with_an_open_loan_cannot_be_deleted_in_any_state,
            of_a_change_and_a_deletion_of_one_state_of_a_member_one_succeeds,
            the_address_of_a_deleted_member_is_free,
            a_member_with_an_open_loan_cannot_be_deleted_and_loses_nothing,
            a_member_who_returned_their_books_can_be_deleted_and_the_loans_stay,
            with_a_member_go_their_credentials_sessions_and_notifications_and_nobody_elses,
            no_race_leaves_an_open_loan_to_a_missing_member,
            no_race_leaves_a_session_of_a_missing_member,
            a_list_of_no_members_has_one_empty_page,
            the_list_of_members_shows_the_newest_first,
            the_pages_of_members_are_disjoint_and_complete,
            the_pages_of_members_stay_put_while_members_are_added,
        }
    };
}

pub async fn a_member_comes_back_as_they_were_kept(world: World) {
    let members = &world.repositories.members;
    let longest = "ß".repeat(200);
    for name in ["Ada", "Гипатия", "李清照", "O'Brien \"\\%_", "👩🏽‍🔬", &longest] {
        let unverified = world.repositories.given_member(a_member().named(name)).await;
        let verified = world.repositories.given_member(a_member().named(name).verified()).await;
        assert_eq!(members.find_by_id(unverified.id()).await.expect("found"), Some(unverified), "{name:?}");
        assert_eq!(members.find_by_id(verified.id()).await.expect("found"), Some(verified), "{name:?}");
    }
}

pub async fn a_members_times_are_kept_to_the_microsecond(world: World) {
    let members = &world.repositories.members;
    for time in [datetime!(1969-12-31 23:59:59.999999 UTC), datetime!(2999-12-31 23:59:59.999999 UTC)] {
        let mut member = world.repositories.given_member(a_member().registered_at(time)).await;
        assert_eq!(members.find_by_id(member.id()).await.expect("found"), Some(member.clone()), "{time}");
        assert!(member.mark_verified(time + Duration::MICROSECOND));
        members.update(&member).await.expect("updated");
        let found = members.find_by_id(member.id()).await.expect("found").expect("the member");
        assert_eq!(found.revision().created_at, time);
        assert_eq!(found.revision().updated_at, time + Duration::MICROSECOND);
    }
}

pub async fn a_member_whom_nobody_kept_is_not_found(world: World) {
    world.repositories.given_member(a_member()).await;
    let members = &world.repositories.members;
    assert_eq!(members.find_by_id(MemberId::from_uuid(unique_id())).await.expect("looked up"), None);
    assert_eq!(members.find_by_email(&unique_email()).await.expect("looked up"), None);
}

pub async fn a_member_who_was_absent_is_found_once_they_are_kept(world: World) {
    let (members, member) = (&world.repositories.members, a_member().build());
    assert_eq!(members.find_by_id(member.id()).await.expect("looked up"), None);
    assert_eq!(members.find_by_email(member.email()).await.expect("looked up"), None);
    members.create(&member).await.expect("created");
    assert_eq!(members.find_by_id(member.id()).await.expect("found"), Some(member.clone()));
    assert_eq!(members.find_by_email(member.email()).await.expect("found"), Some(member));
}

pub async fn a_members_address_is_kept_as_given_and_found_whatever_its_case(world: World) {
    let members = &world.repositories.members;
    world.repositories.given_member(a_member()).await;
    let addresses = [("Ada.Lovelace@Example.COM", "aDA.lOVELACE@eXAMPLE.com"), ("ÄDA@Example.com", "äda@example.COM")];
    for (given, written) in addresses {
        let member = world.repositories.given_member(a_member().with_email(given)).await;
        let found = members.find_by_email(&Email::parse(written).expect("an address")).await.expect("found");
        assert_eq!(found.as_ref(), Some(&member));
        // Addresses are equal whatever their case, so what was kept has to be compared as text.
        assert_eq!(found.expect("the member").email().as_str(), given);
        let found = members.find_by_id(member.id()).await.expect("found").expect("the member");
        assert_eq!(found.email().as_str(), given);
    }
}

pub async fn an_address_belongs_to_one_member_whatever_its_case(world: World) {
    let members = &world.repositories.members;
    let first = world.repositories.given_member(a_member().with_email("Ada@example.com")).await;
    for address in ["Ada@example.com", "ada@example.com", "ADA@EXAMPLE.COM"] {
        let second = a_member().with_email(address).build();
        assert_shape!(members.create(&second).await, Err(CreateMemberError::DuplicateEmail));
        assert_eq!(members.find_by_id(second.id()).await.expect("looked up"), None);
    }
    assert_eq!(members.find_by_email(first.email()).await.expect("found"), Some(first));
}

pub async fn a_members_id_is_taken_once(world: World) {
    let members = &world.repositories.members;
    let first = world.repositories.given_member(a_member()).await;
    assert_shape!(members.create(&a_member().with_id(first.id()).build()).await, Err(_));
    assert_eq!(members.find_by_id(first.id()).await.expect("found"), Some(first));
}

pub async fn of_many_who_register_one_address_one_succeeds(world: World) {
    let outcomes = race(|way| {
        let address = if way % 2 == 0 { "ada@example.com" } else { "ADA@Example.com" };
        let (members, member) = (world.repositories.members.clone(), a_member().with_email(address).build());
        async move { members.create(&member).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(CreateMemberError::DuplicateEmail))), WAYS - 1, "{outcomes:?}");
    assert_eq!(world.repositories.members.list(&first(200)).await.expect("a page").items.len(), 1);
}

pub async fn a_changed_member_stands_as_the_update_answered(world: World) {
    let members = &world.repositories.members;
    let other = world.repositories.given_member(a_member()).await;
    let kept = world.repositories.given_member(a_member().with_email("Ada@Example.com")).await;
    assert_eq!(members.find_by_id(kept.id()).await.expect("found"), Some(kept.clone()));

    let mut member = kept.clone();
    assert!(member.mark_verified(now() + Duration::HOUR));
    let answered = members.update(&member).await.expect("updated");

    assert_eq!(answered, member.saved());
    assert_eq!(answered.revision().version, Version::FIRST.next());
    assert_eq!(answered.email().as_str(), "Ada@Example.com");
    assert!(answered.is_verified());
    assert_eq!(members.find_by_id(kept.id()).await.expect("found"), Some(answered.clone()));
    assert_eq!(members.find_by_email(kept.email()).await.expect("found"), Some(answered.clone()));
    assert_eq!(members.find_by_id(other.id()).await.expect("found"), Some(other));

    let again = members.update(&answered).await.expect("updated from what the update answered");
    assert_eq!(again, answered.saved());
}

pub async fn a_change_of_a_state_of_a_member_that_has_moved_is_refused(world: World) {
    let members = &world.repositories.members;
    let kept = world.repositories.given_member(a_member()).await;
    let (mut winner, mut loser) = (kept.clone(), kept);
    assert!(winner.mark_verified(now() + Duration::HOUR));
    assert!(loser.mark_verified(now() + Duration::DAY));
    let stored = members.update(&winner).await.expect("updated");
    assert_shape!(members.update(&loser).await, Err(UpdateMemberError::Moved));
    assert_eq!(members.find_by_id(stored.id()).await.expect("found"), Some(stored));
}

pub async fn a_change_of_a_missing_member_is_refused(world: World) {
    let members = &world.repositories.members;
    assert_shape!(members.update(&a_member().build()).await, Err(UpdateMemberError::Missing));
    let deleted = world.repositories.given_member(a_member()).await;
    members.delete(deleted.id()).await.expect("deleted");
    assert_shape!(members.update(&deleted).await, Err(UpdateMemberError::Missing));
    assert_eq!(members.find_by_id(deleted.id()).await.expect("looked up"), None);
}

pub async fn of_many_changes_of_one_member_one_succeeds(world: World) {
    let kept = world.repositories.given_member(a_member()).await;
    let outcomes = race(|way| {
        let (members, mut member) = (world.repositories.members.clone(), kept.clone());
        assert!(member.mark_verified(now() + Duration::hours(i64::try_from(way).expect("a small number"))));
        async move { members.update(&member).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(UpdateMemberError::Moved))), WAYS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok);
    assert_eq!(world.repositories.members.find_by_id(kept.id()).await.expect("found"), winner);
}

pub async fn a_renamed_member_stands_as_the_update_answered(world: World) {
    let members = &world.repositories.members;
    let mut member = world.repositories.given_member(a_member().named("Ada")).await;
    let changes = MemberChanges { name: Some(MemberName::parse("Émilie").expect("a name")), email: None };
    member.revise(changes, now() + Duration::HOUR);
    let answered = members.update(&member).await.expect("updated");
    assert_eq!(answered, member.saved());
    assert_eq!(answered.name().as_str(), "Émilie");
    assert_eq!(members.find_by_id(answered.id()).await.expect("found"), Some(answered));
}

pub async fn an_address_that_waits_comes_back_as_given_and_finds_nobody(world: World) {
    let members = &world.repositories.members;
    let kept = world.repositories.given_member(a_member().with_email("ada@example.com").awaiting("First@Example.com")).await;
    // Another may have the same in mind.
    let other = world.repositories.given_member(a_member().awaiting("second@example.com")).await;
    for address in [Some("First@Example.com"), Some("Second@Example.com"), None] {
        let mut member = members.find_by_id(kept.id()).await.expect("found").expect("the member");
        member.revise(address.map_or_else(|| changes_to("ada@example.com"), changes_to), now());
        let answered = members.update(&member).await.expect("updated");
        assert_eq!(answered, member.saved());
        let found = members.find_by_id(kept.id()).await.expect("found").expect("the member");
        assert_eq!((found.email().as_str(), found.pending_email().map(Email::as_str)), ("ada@example.com", address));
        assert_eq!(members.find_by_email(found.email()).await.expect("found"), Some(found));
        for pending in ["first@example.com", "second@example.com"] {
            assert_eq!(members.find_by_email(&email(pending)).await.expect("looked up"), None);
        }
    }
    assert_eq!(members.find_by_id(other.id()).await.expect("found"), Some(other));
}

pub async fn a_proven_address_takes_the_place_of_the_one_before_which_is_free(world: World) {
    let members = &world.repositories.members;
    let mut member = world.repositories.given_member(a_member().with_email("old@example.com").awaiting("New@example.com")).await;
    assert_eq!(members.find_by_id(member.id()).await.expect("found"), Some(member.clone()));
    assert!(member.confirm_pending_email(now() + Duration::HOUR));
    let answered = members.update(&member).await.expect("updated");
    assert_eq!((answered.email().as_str(), answered.pending_email(), answered.is_verified()), ("New@example.com", None, true));
    let found = members.find_by_id(answered.id()).await.expect("found").expect("the member");
    assert_eq!(found.email().as_str(), "New@example.com");
    assert_eq!(found, answered);
    assert_eq!(members.find_by_email(&email("new@EXAMPLE.com")).await.expect("found"), Some(answered));
    assert_eq!(members.find_by_email(&email("old@example.com")).await.expect("looked up"), None);
    world.repositories.given_member(a_member().with_email("OLD@example.com")).await;
}

pub async fn an_address_cannot_be_changed_to_another_members(world: World) {
    let members = &world.repositories.members;
    let other = world.repositories.given_member(a_member().with_email("Taken@example.com")).await;
    let kept = world.repositories.given_member(a_member().awaiting("taken@EXAMPLE.com")).await;
    let mut member = kept.clone();
    assert!(member.confirm_pending_email(now()));
    assert_shape!(members.update(&member).await, Err(UpdateMemberError::DuplicateEmail));
    assert_eq!(members.find_by_id(kept.id()).await.expect("found"), Some(kept));
    assert_eq!(members.find_by_email(other.email()).await.expect("found"), Some(other));
}

pub async fn of_many_who_prove_one_address_one_succeeds(world: World) {
    let mut kept = Vec::with_capacity(WAYS);
    for _ in 0..WAYS {
        kept.push(world.repositories.given_member(a_member().awaiting("wanted@example.com")).await);
    }
    let outcomes = race(|way| {
        let (members, mut member) = (world.repositories.members.clone(), kept[way].clone());
        assert!(member.confirm_pending_email(now()));
        async move { members.update(&member).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(UpdateMemberError::DuplicateEmail))), WAYS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok);
    assert_eq!(world.repositories.members.find_by_email(&email("wanted@example.com")).await.expect("found"), winner);
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn changes_to(text: &str) -> MemberChanges {
    MemberChanges { name: None, email: Some(email(text)) }
}

pub async fn a_deleted_member_is_gone(world: World) {
    let members = &world.repositories.members;
    let stays = world.repositories.given_member(a_member()).await;
    let goes = world.repositories.given_member(a_member()).await;
    assert_eq!(members.find_by_id(goes.id()).await.expect("found"), Some(goes.clone()));
    members.delete(goes.id()).await.expect("deleted");
    assert_eq!(members.find_by_id(goes.id()).await.expect("looked up"), None);
    assert_eq!(members.find_by_email(goes.email()).await.expect("looked up"), None);
    assert_eq!(members.list(&first(200)).await.expect("a page").items, [stays]);
}

pub async fn a_missing_member_cannot_be_deleted(world: World) {
    let members = &world.repositories.members;
    assert_shape!(members.delete(MemberId::from_uuid(unique_id())).await, Err(DeleteMemberError::Missing));
    let member = world.repositories.given_member(a_member()).await;
    members.delete(member.id()).await.expect("deleted");
    assert_shape!(members.delete(member.id()).await, Err(DeleteMemberError::Missing));
}

pub async fn of_many_who_delete_one_member_one_succeeds(world: World) {
    let member = world.repositories.given_member(a_member()).await;
    let outcomes = race(|_| {
        let (members, id) = (world.repositories.members.clone(), member.id());
        async move { members.delete(id).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(DeleteMemberError::Missing))), WAYS - 1, "{outcomes:?}");
}

pub async fn a_member_deleted_in_the_state_that_was_loaded_is_gone(world: World) {
    let members = &world.repositories.members;
    let stays = world.repositories.given_member(a_member()).await;
    let goes = members.update(&world.repositories.given_member(a_member()).await).await.expect("updated");
    assert_eq!(members.find_by_id(goes.id()).await.expect("found"), Some(goes.clone()));
    members.delete_unchanged(&goes).await.expect("deleted");
    assert_eq!(members.find_by_id(goes.id()).await.expect("looked up"), None);
    assert_eq!(members.list(&first(200)).await.expect("a page").items, [stays]);
}

pub async fn a_member_that_has_moved_is_not_deleted_in_the_state_that_was_loaded(world: World) {
    let members = &world.repositories.members;
    let loaded = world.repositories.given_member(a_member()).await;
    let stored = members.update(&loaded).await.expect("updated");
    for other in [loaded, stored.clone().saved()] {
        assert_shape!(members.delete_unchanged(&other).await, Err(DeleteMemberError::Moved));
        assert_eq!(members.find_by_id(stored.id()).await.expect("found"), Some(stored.clone()));
    }
}

pub async fn a_missing_member_cannot_be_deleted_in_any_state(world: World) {
    let members = &world.repositories.members;
    assert_shape!(members.delete_unchanged(&a_member().build()).await, Err(DeleteMemberError::Missing));
    let deleted = world.repositories.given_member(a_member()).await;
    members.delete_unchanged(&deleted).await.expect("deleted");
    assert_shape!(members.delete_unchanged(&deleted).await, Err(DeleteMemberError::Missing));
}

pub async fn a_member_with_an_open_loan_cannot_be_deleted_in_any_state(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given.given_loan(a_loan().of(&book).to(&member)).await;
    assert_shape!(given.members.delete_unchanged(&member).await, Err(DeleteMemberError::HasOpenLoans));
    let stored = given.members.update(&member).await.expect("updated");
    assert_shape!(given.members.delete_unchanged(&member).await, Err(DeleteMemberError::Moved));
    assert_eq!(given.members.find_by_id(member.id()).await.expect("found"), Some(stored));
}

pub async fn of_a_change_and_a_deletion_of_one_state_of_a_member_one_succeeds(world: World) {
    for _ in 0..WAYS {
        let member = world.repositories.given_member(a_member()).await;
        let (members, to_change, to_delete) = (&world.repositories.members, member.clone(), member.clone());
        let (changing, deleting) = (members.clone(), members.clone());
        let (changed, deleted) =
            race_of_two(
                async move { changing.update(&to_change).await },
                async move { deleting.delete_unchanged(&to_delete).await },
            )
            .await;
        match (&changed, &deleted) {
            (Ok(_), Err(DeleteMemberError::Moved)) | (Err(UpdateMemberError::Missing), Ok(())) => {}
            other => panic!("one of the two wins, and the other is told why: {other:?}"),
        }
        assert_eq!(members.find_by_id(member.id()).await.expect("looked up"), changed.ok());
    }
}

pub async fn the_address_of_a_deleted_member_is_free(world: World) {
    let members = &world.repositories.members;
    let first = world.repositories.given_member(a_member()).await;
    members.delete(first.id()).await.expect("deleted");
    let second = world.repositories.given_member(a_member().with_email(first.email().as_str())).await;
    assert_eq!(members.find_by_email(first.email()).await.expect("found"), Some(second));
}

pub async fn a_member_with_an_open_loan_cannot_be_deleted_and_loses_nothing(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    given.credentials.create(&credentials_of(&member)).await.expect("created");
    let token = given.given_session(a_refresh_token().of(&member), now()).await;
    given.given_notification(member.id(), now()).await;
    let mut loan = given.given_loan(a_loan().of(&book).to(&member)).await;

    assert_shape!(given.members.delete(member.id()).await, Err(DeleteMemberError::HasOpenLoans));

    assert_eq!(given.members.find_by_id(member.id()).await.expect("found"), Some(member.clone()));
    assert!(given.credentials.find_by_member(member.id()).await.expect("looked up").is_some());
    assert_eq!(given.refresh_tokens.find_by_hash(&token.token_hash).await.expect("found"), Some(token));
    assert_eq!(given.notifications.list(10).await.expect("listed").len(), 1);

    loan.return_book(now() + Duration::DAY).expect("returned");
    given.loans.update(&loan).await.expect("updated");
    given.members.delete(member.id()).await.expect("deleted once the book is back");
}

pub async fn a_member_who_returned_their_books_can_be_deleted_and_the_loans_stay(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let mut loan = given.given_loan(a_loan().of(&book).to(&member)).await;
    loan.return_book(now() + Duration::DAY).expect("returned");
    let loan = given.loans.update(&loan).await.expect("updated");
    given.members.delete(member.id()).await.expect("deleted");
    assert_eq!(given.loans.find_by_id(loan.id()).await.expect("found"), Some(loan.clone()));
    let history = given.loans.list(&ListRequest::default(), now()).await.expect("a page");
    assert_eq!(history.items, [loan]);
}

pub async fn with_a_member_go_their_credentials_sessions_and_notifications_and_nobody_elses(world: World) {
    let given = &world.repositories;
    let (stays, goes) = (given.given_member(a_member()).await, given.given_member(a_member()).await);
    let mut tokens = Vec::new();
    for member in [&stays, &goes] {
        given.credentials.create(&credentials_of(member)).await.expect("created");
        tokens.push(given.given_session(a_refresh_token().of(member), now()).await);
        given.given_notification(member.id(), now()).await;
    }

    given.members.delete(goes.id()).await.expect("deleted");

    assert!(given.credentials.find_by_member(goes.id()).await.expect("looked up").is_none());
    assert_eq!(given.refresh_tokens.find_by_hash(&tokens[1].token_hash).await.expect("looked up"), None);
    let rotation = given.refresh_tokens.rotate(&tokens[1].token_hash, &a_successor(), now()).await;
    assert_eq!(rotation.expect("answered"), Rotation::Refused);

    assert!(given.credentials.find_by_member(stays.id()).await.expect("looked up").is_some());
    let token = given.refresh_tokens.find_by_hash(&tokens[0].token_hash).await.expect("found");
    assert_eq!(token.as_ref(), Some(&tokens[0]));
    let queued: Vec<_> = given.notifications.list(10).await.expect("listed").iter().map(|queued| queued.member_id).collect();
    assert_eq!(queued, [stays.id()]);
}

pub async fn no_race_leaves_an_open_loan_to_a_missing_member(world: World) {
    let given = &world.repositories;
    let mut books = Vec::new();
    for _ in 0..WAYS {
        books.push(given.given_book(a_book()).await);
    }
    for book in books {
        let member = given.given_member(a_member()).await;
        let (members, loans, loan) = (given.members.clone(), given.loans.clone(), a_loan().of(&book).to(&member).build());
        let id = member.id();
        let (deleted, lent) =
            race_of_two(async move { members.delete(id).await }, async move { loans.create(&loan).await }).await;
        match (&deleted, &lent) {
            (Ok(()), Err(CreateLoanError::BookOrMemberMissing)) | (Err(DeleteMemberError::HasOpenLoans), Ok(())) => {}
            other => panic!("one of the two wins, and the other is told why: {other:?}"),
        }
        let has_member = given.members.find_by_id(id).await.expect("looked up").is_some();
        let has_loan = given.loans.find_active_by_book(book.id()).await.expect("looked up").is_some();
        assert_eq!((has_member, has_loan), (lent.is_ok(), lent.is_ok()));
    }
}

pub async fn no_race_leaves_a_session_of_a_missing_member(world: World) {
    let given = &world.repositories;
    for _ in 0..WAYS {
        let member = given.given_member(a_member()).await;
        let (members, tokens, token) =
            (given.members.clone(), given.refresh_tokens.clone(), a_refresh_token().of(&member).build());
        let (id, hash) = (member.id(), token.token_hash);
        let (deleted, _) =
            race_of_two(async move { members.delete(id).await }, async move { tokens.start_session(&token, now()).await }).await;
        deleted.expect("no loan keeps the member");
        assert_eq!(given.refresh_tokens.find_by_hash(&hash).await.expect("looked up"), None);
    }
}

pub async fn a_list_of_no_members_has_one_empty_page(world: World) {
    let page = world.repositories.members.list(&ListRequest::default()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![], None));
}

pub async fn the_list_of_members_shows_the_newest_first(world: World) {
    let (oldest, middle, newest) = (a_member().build(), a_member().build(), a_member().build());
    for member in [&middle, &newest, &oldest] {
        world.repositories.members.create(member).await.expect("created");
    }
    let page = world.repositories.members.list(&ListRequest::default()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![newest, middle, oldest], None));
}

pub async fn the_pages_of_members_are_disjoint_and_complete(world: World) {
    let mut newest_first = keep_members(&world, 6).await;
    newest_first.reverse();
    for (limit, lengths) in [(1, vec![1; 6]), (3, vec![3, 3]), (4, vec![4, 2]), (7, vec![6])] {
        let pages = all_pages(limit, async |request| world.repositories.members.list(&request).await).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "in pages of {limit}");
        assert_eq!(pages.concat(), newest_first, "in pages of {limit}");
    }
}

pub async fn the_pages_of_members_stay_put_while_members_are_added(world: World) {
    let members = &world.repositories.members;
    let kept = keep_members(&world, 4).await;
    let page = members.list(&first(2)).await.expect("a page");
    keep_members(&world, 3).await;
    let next = members.list(&at(&first(2), page.next)).await.expect("a page");
    assert_eq!((next.items, next.next), (vec![kept[1].clone(), kept[0].clone()], None));
}

/// Keeps so many members; the first is the oldest.
async fn keep_members(world: &World, count: usize) -> Vec<Member> {
    let mut members = Vec::with_capacity(count);
    for _ in 0..count {
        members.push(world.repositories.given_member(a_member()).await);
    }
    members
}
