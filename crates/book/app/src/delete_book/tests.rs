use super::{DeleteBook, DeleteBookCommand, DeleteBookError};
use crate::Cataloguing;
use library_shared_domain::{BookId, DependencyError, ExpectedVersion, UPDATE_ATTEMPTS, Version};
use library_testkit::{InMemoryLibrary, Port, Repositories, Rival, a_book, a_loan, a_member, count, race};
use rstest::rstest;
use std::sync::Arc;

fn delete_book(library: &InMemoryLibrary) -> DeleteBook {
    DeleteBook::new(Cataloguing::units(library))
}

fn deletion_of(id: BookId) -> DeleteBookCommand {
    DeleteBookCommand { id, expected: ExpectedVersion::Any }
}

fn expecting(id: BookId, versions: &[Version]) -> DeleteBookCommand {
    DeleteBookCommand { id, expected: ExpectedVersion::OneOf(versions.to_vec()) }
}

#[tokio::test]
async fn a_deleted_book_is_gone_and_no_other() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let (book, other) = (seen.given_book(a_book()).await, seen.given_book(a_book()).await);
    delete_book(&library).execute(deletion_of(book.id())).await.expect("deleted");
    assert_eq!(seen.books.find_by_id(book.id()).await.expect("looked up"), None);
    assert_eq!(seen.books.find_by_id(other.id()).await.expect("looked up"), Some(other));
}

#[tokio::test]
async fn a_missing_book_cannot_be_deleted() {
    let error = delete_book(&InMemoryLibrary::new()).execute(deletion_of(a_book().build().id())).await.expect_err("refused");
    assert!(matches!(error, DeleteBookError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_book_on_loan_cannot_be_deleted() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
    seen.given_loan(a_loan().of(&book).to(&member)).await;
    let error = delete_book(&library).execute(deletion_of(book.id())).await.expect_err("refused");
    assert!(matches!(error, DeleteBookError::OnLoan), "{error:?}");
    assert_eq!(seen.books.find_by_id(book.id()).await.expect("looked up"), Some(book));
}

#[tokio::test]
async fn a_book_that_came_back_is_deleted_and_its_loan_stays() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
    let loan = seen.given_loan(a_loan().of(&book).to(&member).returned()).await;
    delete_book(&library).execute(deletion_of(book.id())).await.expect("deleted");
    assert_eq!(seen.loans.find_by_id(loan.id()).await.expect("looked up"), Some(loan));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_delete_one_book_at_once_one_succeeds() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let delete_book = Arc::new(delete_book(&library));
    let outcomes = race(|_| {
        let delete_book = Arc::clone(&delete_book);
        async move { delete_book.execute(deletion_of(id)).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1);
    assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(DeleteBookError::NotFound))), outcomes.len() - 1);
}

#[tokio::test]
async fn a_book_in_an_expected_version_is_deleted() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    let command = expecting(book.id(), &[Version::FIRST.next(), Version::FIRST]);
    delete_book(&library).execute(command).await.expect("deleted");
    assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), None);
}

#[tokio::test]
async fn a_book_that_has_moved_on_is_not_deleted() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    let moved_on = library.books().update(&book).await.expect("updated");
    for versions in [&[Version::FIRST][..], &[]] {
        let error = delete_book(&library).execute(expecting(book.id(), versions)).await.expect_err("refused");
        assert!(matches!(error, DeleteBookError::VersionMismatch), "{error:?}");
    }
    assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), Some(moved_on));
}

#[tokio::test]
async fn what_was_expected_is_judged_anew_after_every_lost_race() {
    let library = InMemoryLibrary::new();
    let (book, second) = (Repositories::from(&library).given_book(a_book()).await, Version::FIRST.next());
    library.outrun_next_update(Port::Books, Rival::Changed);
    let error = delete_book(&library).execute(expecting(book.id(), &[Version::FIRST])).await.expect_err("refused");
    assert!(matches!(error, DeleteBookError::VersionMismatch), "{error:?}");
    assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), Some(book.clone().saved()));

    library.outrun_next_update(Port::Books, Rival::Changed);
    delete_book(&library).execute(expecting(book.id(), &[second, second.next()])).await.expect("deleted");
    assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), None);
}

#[tokio::test]
async fn a_book_that_is_deleted_meanwhile_is_not_found_whatever_was_expected() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    library.outrun_next_update(Port::Books, Rival::Deleted);
    for _ in 0..2 {
        let error = delete_book(&library).execute(expecting(id, &[Version::FIRST])).await.expect_err("refused");
        assert!(matches!(error, DeleteBookError::NotFound), "{error:?}");
    }
}

#[tokio::test]
async fn who_loses_every_race_is_asked_to_come_again() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let mut versions = vec![Version::FIRST];
    for _ in 0..UPDATE_ATTEMPTS {
        library.outrun_next_update(Port::Books, Rival::Changed);
        versions.extend(versions.last().copied().map(Version::next));
    }
    let error = delete_book(&library).execute(expecting(id, &versions)).await.expect_err("contended");
    assert!(matches!(error, DeleteBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert!(library.books().find_by_id(id).await.expect("looked up").is_some());
}

#[rstest]
#[case(Port::Begin)]
#[case(Port::Books)]
#[case(Port::Commit)]
#[tokio::test]
async fn a_failing_store_deletes_nothing(#[case] port: Port) {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    library.fail_next(port);
    let error = delete_book(&library).execute(deletion_of(book.id())).await.expect_err("unavailable");
    assert!(matches!(error, DeleteBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), Some(book));
}
