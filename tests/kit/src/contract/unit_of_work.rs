//! What a `UnitOfWork` promises, over all repositories at once.

use super::{
    Repositories, World,
    macros::assert_shape,
    paging::first,
    racing::{WAYS, count, race},
};
use crate::builders::{a_book, a_loan, a_member, a_refresh_token, a_successor, credentials_of, now, unique_isbn};
use library_auth_domain::RefreshToken;
use library_book_domain::{Book, CreateBookError, UpdateBookError};
use library_loan_domain::Loan;
use library_member_domain::{CreateMemberError, Member};
use library_shared_domain::DependencyError;
use std::{future::pending, sync::Arc};
use time::Duration;
use tokio::sync::oneshot;

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! unit_of_work_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, unit_of_work:
            a_commit_makes_all_changes_last,
            a_unit_that_is_dropped_changes_nothing,
            a_unit_sees_its_own_changes_and_nobody_else_does_before_the_commit,
            a_unit_that_deletes_takes_nothing_away_before_the_commit,
            a_unit_changes_the_same_thing_twice,
            a_change_in_a_unit_is_seen_after_the_commit_by_those_who_read_before_it,
            a_change_in_a_dropped_unit_is_never_seen,
            a_rotation_in_a_dropped_unit_has_not_happened,
            a_repository_of_a_committed_unit_is_finished,
            a_repository_of_a_dropped_unit_is_finished,
            a_duplicate_in_a_unit_is_told_and_the_next_unit_works,
            a_unit_that_its_task_abandons_is_rolled_back_and_the_next_unit_works,
            units_can_begin_one_after_another_without_end,
            a_write_outside_that_is_made_while_a_unit_is_open_is_not_lost,
            of_many_units_all_are_committed,
            of_many_units_that_keep_one_isbn_one_succeeds,
            of_many_units_no_change_is_lost,
        }
    };
}

/// Something of every kind that a unit can keep.
struct Everything {
    book: Book,
    member: Member,
    loan: Loan,
    token: RefreshToken,
}

async fn keep_everything(unit: &Repositories) -> Everything {
    let (book, member) = (unit.given_book(a_book()).await, unit.given_member(a_member().verified()).await);
    unit.credentials.create(&credentials_of(&member)).await.expect("created");
    let loan = unit.given_loan(a_loan().of(&book).to(&member)).await;
    let token = unit.given_session(a_refresh_token().of(&member), now()).await;
    unit.given_notification(member.id(), now()).await;
    Everything { book, member, loan, token }
}

async fn assert_everything_is(there: bool, seen: &Repositories, kept: &Everything) {
    let Everything { book, member, loan, token } = kept;
    assert_eq!(seen.books.find_by_id(book.id()).await.expect("looked up"), there.then(|| book.clone()));
    assert_eq!(seen.books.find_by_isbn(book.isbn()).await.expect("looked up"), there.then(|| book.clone()));
    assert_eq!(seen.members.find_by_id(member.id()).await.expect("looked up"), there.then(|| member.clone()));
    assert_eq!(seen.members.find_by_email(member.email()).await.expect("looked up"), there.then(|| member.clone()));
    assert_eq!(seen.accounts.find(member.id()).await.expect("looked up").is_some(), there);
    assert_eq!(seen.credentials.find_by_member(member.id()).await.expect("looked up").is_some(), there);
    assert_eq!(seen.loans.find_by_id(loan.id()).await.expect("looked up"), there.then(|| loan.clone()));
    assert_eq!(seen.loans.find_active_by_book(book.id()).await.expect("looked up"), there.then(|| loan.clone()));
    assert_eq!(seen.refresh_tokens.find_by_hash(&token.token_hash).await.expect("looked up"), there.then(|| token.clone()));
    assert_eq!(seen.notifications.list(10).await.expect("listed").len(), usize::from(there));
}

pub async fn a_commit_makes_all_changes_last(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let kept = keep_everything(&unit).await;
    unit.commit().await.expect("committed");
    assert_everything_is(true, &world.repositories, &kept).await;
    let next = world.units.begin().await.expect("begun");
    assert_everything_is(true, &next, &kept).await;
}

pub async fn a_unit_that_is_dropped_changes_nothing(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let kept = keep_everything(&unit).await;
    drop(unit);
    assert_everything_is(false, &world.repositories, &kept).await;
    let next = world.units.begin().await.expect("begun");
    assert_everything_is(false, &next, &kept).await;
}

pub async fn a_unit_sees_its_own_changes_and_nobody_else_does_before_the_commit(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let kept = keep_everything(&unit).await;
    assert_everything_is(true, &unit, &kept).await;
    assert_everything_is(false, &world.repositories, &kept).await;
    unit.commit().await.expect("committed");
    assert_everything_is(true, &world.repositories, &kept).await;
}

pub async fn a_unit_that_deletes_takes_nothing_away_before_the_commit(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let unit = world.units.begin().await.expect("begun");
    unit.books.delete(book.id()).await.expect("deleted");
    unit.members.delete(member.id()).await.expect("deleted");
    assert_eq!(unit.books.find_by_id(book.id()).await.expect("looked up"), None);
    assert_eq!(unit.members.find_by_id(member.id()).await.expect("looked up"), None);
    assert_eq!(given.books.find_by_id(book.id()).await.expect("found").as_ref(), Some(&book));
    assert_eq!(given.members.find_by_id(member.id()).await.expect("found").as_ref(), Some(&member));
    unit.commit().await.expect("committed");
    assert_eq!(given.books.find_by_id(book.id()).await.expect("looked up"), None);
    assert_eq!(given.members.find_by_id(member.id()).await.expect("looked up"), None);
}

pub async fn a_unit_changes_the_same_thing_twice(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let mut book = unit.given_book(a_book()).await;
    for title in ["Second thoughts", "Third thoughts"] {
        book.revise(a_book().titled(title).details(), now() + Duration::HOUR);
        book = unit.books.update(&book).await.expect("updated");
    }
    unit.commit().await.expect("committed");
    assert_eq!(world.repositories.books.find_by_id(book.id()).await.expect("found"), Some(book));
}

pub async fn a_change_in_a_unit_is_seen_after_the_commit_by_those_who_read_before_it(world: World) {
    let given = &world.repositories;
    let (kept_book, kept_member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let unit = world.units.begin().await.expect("begun");
    let (book, member) = change(&unit, &kept_book, &kept_member).await;
    // Whoever reads now may put what they find into a cache.
    assert_eq!(given.books.find_by_id(book.id()).await.expect("found"), Some(kept_book));
    assert_eq!(given.members.find_by_id(member.id()).await.expect("found"), Some(kept_member));
    unit.commit().await.expect("committed");
    assert_eq!(given.books.find_by_id(book.id()).await.expect("found"), Some(book));
    assert_eq!(given.members.find_by_id(member.id()).await.expect("found"), Some(member));
}

pub async fn a_change_in_a_dropped_unit_is_never_seen(world: World) {
    let given = &world.repositories;
    let (kept_book, kept_member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);
    let unit = world.units.begin().await.expect("begun");
    let (book, member) = change(&unit, &kept_book, &kept_member).await;
    assert_eq!(unit.books.find_by_id(book.id()).await.expect("found"), Some(book));
    assert_eq!(unit.members.find_by_id(member.id()).await.expect("found"), Some(member));
    drop(unit);
    assert_eq!(given.books.find_by_id(kept_book.id()).await.expect("found").as_ref(), Some(&kept_book));
    assert_eq!(given.members.find_by_id(kept_member.id()).await.expect("found").as_ref(), Some(&kept_member));
    let next = world.units.begin().await.expect("begun");
    change(&next, &kept_book, &kept_member).await;
}

pub async fn a_rotation_in_a_dropped_unit_has_not_happened(world: World) {
    let given = &world.repositories;
    let member = given.given_member(a_member()).await;
    let token = given.given_session(a_refresh_token().of(&member), now()).await;
    let (unit, successor) = (world.units.begin().await.expect("begun"), a_successor());
    unit.refresh_tokens.rotate(&token.token_hash, &successor, now()).await.expect("answered");
    unit.refresh_tokens.revoke_session(token.session, now()).await.expect("revoked");
    unit.refresh_tokens.revoke_sessions_of(member.id(), None, now()).await.expect("revoked");
    drop(unit);
    assert_eq!(given.refresh_tokens.find_by_hash(&successor.token_hash).await.expect("looked up"), None);
    assert_eq!(given.refresh_tokens.find_by_hash(&token.token_hash).await.expect("found"), Some(token));
}

pub async fn a_repository_of_a_committed_unit_is_finished(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let (handles, book) = (Repositories::clone(&unit), unit.given_book(a_book()).await);
    unit.commit().await.expect("committed");
    assert_finished(&world.repositories, &handles).await;
    assert_eq!(world.repositories.books.list(&first(10)).await.expect("a page").items, [book]);
}

pub async fn a_repository_of_a_dropped_unit_is_finished(world: World) {
    let unit = world.units.begin().await.expect("begun");
    let handles = Repositories::clone(&unit);
    unit.given_book(a_book()).await;
    drop(unit);
    assert_finished(&world.repositories, &handles).await;
    assert_eq!(world.repositories.books.list(&first(10)).await.expect("a page").items, []);
}

pub async fn a_duplicate_in_a_unit_is_told_and_the_next_unit_works(world: World) {
    let given = &world.repositories;
    let (book, member) = (given.given_book(a_book()).await, given.given_member(a_member()).await);

    let unit = world.units.begin().await.expect("begun");
    let lost = unit.given_member(a_member()).await;
    let duplicate = a_book().with_isbn(book.isbn().as_str()).build();
    assert_shape!(unit.books.create(&duplicate).await, Err(CreateBookError::DuplicateIsbn));
    drop(unit);

    let unit = world.units.begin().await.expect("begun");
    let duplicate = a_member().with_email(member.email().as_str()).build();
    assert_shape!(unit.members.create(&duplicate).await, Err(CreateMemberError::DuplicateEmail));
    drop(unit);

    assert_eq!(given.members.find_by_id(lost.id()).await.expect("looked up"), None);
    let unit = world.units.begin().await.expect("begun");
    let kept = unit.given_book(a_book()).await;
    unit.commit().await.expect("committed");
    assert_eq!(given.books.find_by_id(kept.id()).await.expect("found"), Some(kept));
}

pub async fn a_unit_that_its_task_abandons_is_rolled_back_and_the_next_unit_works(world: World) {
    let (units, book) = (Arc::clone(&world.units), a_book().build());
    let (written, has_written) = oneshot::channel();
    let abandoned = book.clone();
    let task = tokio::spawn(async move {
        let unit = units.begin().await.expect("begun");
        unit.books.create(&abandoned).await.expect("created");
        written.send(()).expect("the test is waiting");
        pending::<()>().await;
        unit.commit().await.expect("never reached");
    });
    has_written.await.expect("the task has written");
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));

    let unit = world.units.begin().await.expect("begun");
    unit.books.create(&book).await.expect("nobody has this book");
    unit.commit().await.expect("committed");
    assert_eq!(world.repositories.books.find_by_id(book.id()).await.expect("found"), Some(book));
}

pub async fn units_can_begin_one_after_another_without_end(world: World) {
    for round in 0..40 {
        let unit = world.units.begin().await.expect("begun");
        unit.given_book(a_book()).await;
        if round % 2 == 0 {
            unit.commit().await.expect("committed");
        }
    }
    assert_eq!(world.repositories.books.list(&first(200)).await.expect("a page").items.len(), 20);
}

pub async fn a_write_outside_that_is_made_while_a_unit_is_open_is_not_lost(world: World) {
    for _ in 0..WAYS {
        let unit = world.units.begin().await.expect("begun");
        let (books, outside) = (world.repositories.books.clone(), a_book().build());
        let (id, (starting, has_started)) = (outside.id(), oneshot::channel());
        // A store with one writer lets it wait for the unit, and one with many does it at once.
        let writing = tokio::spawn(async move {
            starting.send(()).expect("the test is waiting");
            books.create(&outside).await
        });
        has_started.await.expect("the task has started");
        let inside = unit.given_book(a_book()).await;
        unit.commit().await.expect("committed");
        writing.await.expect("the task runs to its end").expect("created");
        for id in [id, inside.id()] {
            assert!(world.repositories.books.find_by_id(id).await.expect("looked up").is_some());
        }
    }
}

pub async fn of_many_units_all_are_committed(world: World) {
    let kept = race(|_| {
        let units = Arc::clone(&world.units);
        async move {
            let unit = units.begin().await.expect("begun");
            let (book, member) = (unit.given_book(a_book()).await, unit.given_member(a_member()).await);
            let loan = unit.given_loan(a_loan().of(&book).to(&member)).await;
            unit.commit().await.expect("committed");
            loan
        }
    })
    .await;
    for loan in kept {
        assert_eq!(world.repositories.loans.find_by_id(loan.id()).await.expect("found"), Some(loan));
    }
}

pub async fn of_many_units_that_keep_one_isbn_one_succeeds(world: World) {
    let isbn = unique_isbn();
    let outcomes = race(|_| {
        let (units, book) = (Arc::clone(&world.units), a_book().with_isbn(isbn.as_str()).build());
        async move {
            let unit = units.begin().await.expect("begun");
            unit.books.create(&book).await?;
            unit.commit().await.expect("committed");
            Ok(book)
        }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(CreateBookError::DuplicateIsbn))), WAYS - 1, "{outcomes:?}");
    let winner = outcomes.into_iter().find_map(Result::ok);
    assert_eq!(world.repositories.books.find_by_isbn(&isbn).await.expect("found"), winner);
}

pub async fn of_many_units_no_change_is_lost(world: World) {
    let kept = world.repositories.given_book(a_book()).await;
    let outcomes = race(|way| {
        let (units, id) = (Arc::clone(&world.units), kept.id());
        async move {
            let unit = units.begin().await.expect("begun");
            let mut book = unit.books.find_by_id(id).await?.expect("the book");
            book.revise(a_book().titled(&format!("Edition {way}")).details(), now() + Duration::HOUR);
            unit.books.update(&book).await?;
            unit.commit().await.expect("committed");
            Ok(())
        }
    })
    .await;
    let saved = count(&outcomes, Result::is_ok);
    assert!(saved >= 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(UpdateBookError::Moved))), WAYS - saved, "{outcomes:?}");
    let found = world.repositories.books.find_by_id(kept.id()).await.expect("found").expect("the book");
    assert_eq!(found.revision().version.number(), 1 + i64::try_from(saved).expect("a small number"));
}

/// Revises this book and verifies this member, both as they were first kept.
async fn change(unit: &Repositories, book: &Book, member: &Member) -> (Book, Member) {
    let (mut book, mut member) = (book.clone(), member.clone());
    book.revise(a_book().titled("Another title").details(), now() + Duration::HOUR);
    assert!(member.mark_verified(now() + Duration::HOUR));
    let book = unit.books.update(&book).await.expect("updated");
    (book, unit.members.update(&member).await.expect("updated"))
}

/// Asserts that what is left of a finished unit neither reads nor writes, in the unit or past it.
async fn assert_finished(outside: &Repositories, handles: &Repositories) {
    let (book, member) = (a_book().build(), a_member().build());
    assert_shape!(handles.books.create(&book).await, Err(CreateBookError::Dependency(_)));
    assert_shape!(handles.members.create(&member).await, Err(CreateMemberError::Dependency(_)));
    assert_shape!(handles.books.find_by_id(book.id()).await, Err::<_, DependencyError>(_));
    assert_shape!(handles.loans.list(&first(10), now()).await, Err::<_, DependencyError>(_));
    assert_shape!(handles.notifications.list(10).await, Err::<_, DependencyError>(_));
    assert_eq!(outside.books.find_by_id(book.id()).await.expect("looked up"), None);
    assert_eq!(outside.members.find_by_id(member.id()).await.expect("looked up"), None);
}
