//! What a use case's tests can ask of the library in memory beside the contracts: outages, lost races, and patience with open units.

use library_book_domain::UpdateBookError;
use library_shared_domain::{DependencyError, ListRequest};
use library_testkit::{InMemoryLibrary, Port, Repositories, Rival, a_book, a_member};
use std::sync::Arc;

fn is_unavailable<T>(outcome: Result<T, impl Into<Box<dyn std::error::Error + Send + Sync>>>) -> bool {
    outcome.is_err_and(|error| error.into().to_string().contains("database is unavailable"))
}

#[tokio::test]
async fn a_library_that_is_offline_answers_nothing_until_it_comes_back() {
    let library = InMemoryLibrary::new();
    let (seen, units) = (Repositories::from(&library), library.unit_of_work(|library| Repositories::from(library)));
    let (book, member) = (seen.given_book(a_book()).await, seen.given_member(a_member()).await);
    library.go_offline();
    assert!(is_unavailable(seen.books.find_by_id(book.id()).await));
    assert!(is_unavailable(seen.books.delete(book.id()).await));
    assert!(is_unavailable(seen.members.delete(member.id()).await));
    assert!(is_unavailable(seen.accounts.find(member.id()).await));
    assert!(is_unavailable(units.begin().await.map(drop)));
    library.come_back();
    assert_eq!(seen.books.find_by_id(book.id()).await.expect("found"), Some(book));
}

#[tokio::test]
async fn one_call_of_one_port_fails() {
    let library = InMemoryLibrary::new();
    let seen = Repositories::from(&library);
    let book = seen.given_book(a_book()).await;
    library.fail_next(Port::Books);
    library.fail_after(Port::Members, 1);
    assert!(seen.accounts.find(a_member().build().id()).await.is_ok());
    assert!(is_unavailable(seen.books.find_by_id(book.id()).await));
    assert!(seen.books.find_by_id(book.id()).await.is_ok());
    let member = seen.given_member(a_member()).await;
    assert!(is_unavailable(seen.members.find_by_id(member.id()).await));
    assert!(seen.members.find_by_id(member.id()).await.is_ok());
}

#[tokio::test]
async fn an_update_is_outrun_as_often_as_asked() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    library.outrun_next_update(Port::Members, Rival::Changed);
    library.outrun_next_update(Port::Books, Rival::Changed);
    library.outrun_next_update(Port::Books, Rival::Deleted);
    assert!(matches!(library.books().update(&book).await, Err(UpdateBookError::Moved)));
    let changed = library.books().find_by_id(book.id()).await.expect("looked up");
    assert_eq!(changed, Some(book.clone().saved()));
    assert!(matches!(library.books().update(&book.saved()).await, Err(UpdateBookError::Missing)));
    let another = Repositories::from(&library).given_book(a_book()).await;
    assert!(library.books().update(&another).await.is_ok());
}

#[tokio::test]
async fn a_commit_that_fails_changes_nothing() {
    let library = InMemoryLibrary::new();
    let units = library.unit_of_work(|library| Repositories::from(library));
    library.fail_next(Port::Commit);
    let unit = units.begin().await.expect("begun");
    let book = unit.given_book(a_book()).await;
    assert!(is_unavailable(unit.commit().await));
    assert_eq!(library.books().find_by_id(book.id()).await.expect("looked up"), None);
}

#[tokio::test]
async fn a_write_outside_waits_for_the_unit_that_is_open_and_both_last() {
    let library = InMemoryLibrary::new();
    let unit = library.unit_of_work(|library| Repositories::from(library)).begin().await.expect("begun");
    let (books, outside) = (library.books(), Arc::new(a_book().build()));
    let waiting = tokio::spawn({
        let outside = Arc::clone(&outside);
        async move { books.create(&outside).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    let inside = unit.given_book(a_book()).await;
    unit.commit().await.expect("committed");
    waiting.await.expect("the task runs to its end").expect("created");
    let listed = library.books().list(&ListRequest::default()).await.expect("a page").items;
    assert!(listed.contains(&outside) && listed.contains(&inside));
}

#[tokio::test]
async fn a_write_outside_that_waits_for_its_own_unit_is_told_that_the_store_is_busy() {
    let library = InMemoryLibrary::new();
    let unit = library.unit_of_work(|library| Repositories::from(library)).begin().await.expect("begun");
    let created = library.books().create(&a_book().build()).await;
    assert!(matches!(created, Err(library_book_domain::CreateBookError::Dependency(DependencyError::Unavailable { .. }))));
    drop(unit);
}
