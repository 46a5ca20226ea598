use super::{UpdateBook, UpdateBookCommand, UpdateBookError};
use crate::Cataloguing;
use library_book_domain::{Book, BookChanges, BookDetails, Title};
use library_shared_domain::{BookId, DependencyError, ExpectedVersion, Revision, UPDATE_ATTEMPTS, Version};
use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, Rival, WAYS, a_book, count, now, race};
use rstest::rstest;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

fn later() -> OffsetDateTime {
    now() + Duration::DAY
}

fn update_book(library: &InMemoryLibrary) -> UpdateBook {
    UpdateBook::new(Cataloguing::units(library), Arc::new(ManualClock::at(later())))
}

fn revised() -> BookDetails {
    a_book().titled("Dune Messiah").by("Frank Herbert").described_as("More sand.").details()
}

/// The revision of this book, in whatever version it is.
fn revision_of(id: BookId) -> UpdateBookCommand {
    UpdateBookCommand { id, changes: revised().into(), expected: ExpectedVersion::Any }
}

/// The revision of this book, if it is in one of these versions.
fn expecting(id: BookId, versions: &[Version]) -> UpdateBookCommand {
    UpdateBookCommand { expected: ExpectedVersion::OneOf(versions.to_vec()), ..revision_of(id) }
}

async fn stored(library: &InMemoryLibrary, id: BookId) -> Option<Book> {
    library.books().find_by_id(id).await.expect("looked up")
}

#[tokio::test]
async fn a_book_is_revised_and_keeps_its_isbn() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book().titled("Dune")).await;
    let command = revision_of(book.id());
    let updated = update_book(&library).execute(command).await.expect("updated");
    let revision = Revision { version: Version::FIRST.next(), created_at: now(), updated_at: later() };
    assert_eq!(updated, Book::restore(book.id(), book.isbn().clone(), revised(), revision));
    assert_eq!(stored(&library, book.id()).await, Some(updated));
}

#[tokio::test]
async fn a_missing_book_cannot_be_revised() {
    let (library, id) = (InMemoryLibrary::new(), a_book().build().id());
    let error = update_book(&library).execute(revision_of(id)).await.expect_err("refused");
    assert!(matches!(error, UpdateBookError::NotFound), "{error:?}");
    assert_eq!(stored(&library, id).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_at_once_are_all_applied_whole() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let update_book = Arc::new(update_book(&library));
    let outcomes = race(|way| {
        let update_book = Arc::clone(&update_book);
        let text = format!("of caller {way}");
        let details = a_book().titled(&text).by(&text).described_as(&text).details();
        async move { update_book.execute(UpdateBookCommand { changes: details.into(), ..revision_of(id) }).await }
    })
    .await;

    let mut answers: Vec<_> = outcomes.into_iter().map(|outcome| outcome.expect("applied")).collect();
    answers.sort_by_key(|book| book.revision().version);
    let versions: Vec<_> = answers.iter().map(|book| book.revision().version.number()).collect();
    assert_eq!(versions, (2..).take(WAYS).collect::<Vec<_>>());
    for book in &answers {
        let details = book.details();
        let texts = [details.title.as_str(), details.author.as_str(), details.description.as_str()];
        assert_eq!(texts, [texts[0]; 3]);
    }
    assert_eq!(stored(&library, id).await.as_ref(), answers.last());
}

#[tokio::test]
async fn a_lost_race_is_run_again() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    for _ in 1..UPDATE_ATTEMPTS {
        library.outrun_next_update(Port::Books, Rival::Changed);
    }
    let updated = update_book(&library).execute(revision_of(id)).await.expect("updated");
    assert_eq!(updated.details(), &revised());
    assert_eq!(stored(&library, id).await, Some(updated));
}

#[tokio::test]
async fn who_loses_every_race_is_asked_to_come_again() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    for _ in 0..UPDATE_ATTEMPTS {
        library.outrun_next_update(Port::Books, Rival::Changed);
    }
    let command = revision_of(book.id());
    let error = update_book(&library).execute(command).await.expect_err("contended");
    assert!(matches!(error, UpdateBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(stored(&library, book.id()).await.expect("the rivals' book").details(), book.details());
}

#[tokio::test]
async fn what_is_not_to_change_is_as_the_rival_left_it() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    library.outrun_next_update(Port::Books, Rival::Changed);
    let title = Title::parse("Dune").expect("a title");
    let changes = BookChanges { title: Some(title.clone()), ..BookChanges::default() };
    let command = UpdateBookCommand { changes, ..revision_of(book.id()) };
    let updated = update_book(&library).execute(command).await.expect("updated");
    assert_eq!(updated.details(), &BookDetails { title, ..book.details().clone() });
    assert_eq!(updated.revision().version, Version::FIRST.next().next());
}

#[tokio::test]
async fn changes_that_say_nothing_make_the_next_version() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    let command = UpdateBookCommand { changes: BookChanges::default(), ..revision_of(book.id()) };
    let updated = update_book(&library).execute(command).await.expect("updated");
    assert_eq!(updated.details(), book.details());
    assert_eq!(updated.revision().version, Version::FIRST.next());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_different_fields_at_once_are_all_kept() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let update_book = Arc::new(update_book(&library));
    let details = revised();
    let outcomes = race(|way| {
        let (update_book, details) = (Arc::clone(&update_book), details.clone());
        let none = BookChanges::default();
        let changes = match way % 3 {
            0 => BookChanges { title: Some(details.title), ..none },
            1 => BookChanges { author: Some(details.author), ..none },
            _ => BookChanges { description: Some(details.description), ..none },
        };
        async move { update_book.execute(UpdateBookCommand { changes, ..revision_of(id) }).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), WAYS, "{outcomes:?}");
    assert_eq!(stored(&library, id).await.expect("the book").details(), &details);
}

#[tokio::test]
async fn a_book_in_one_of_the_expected_versions_is_revised() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let (update_book, second) = (update_book(&library), Version::FIRST.next());
    let updated = update_book.execute(expecting(id, &[Version::FIRST])).await.expect("updated");
    assert_eq!(updated.revision().version, second);
    let updated = update_book.execute(expecting(id, &[Version::FIRST, second])).await.expect("updated");
    assert_eq!(updated.revision().version, second.next());
}

#[tokio::test]
async fn a_book_that_has_moved_on_is_left_alone() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let update_book = update_book(&library);
    let moved_on = update_book.execute(revision_of(id)).await.expect("updated");
    for versions in [&[Version::FIRST][..], &[]] {
        let error = update_book.execute(expecting(id, versions)).await.expect_err("refused");
        assert!(matches!(error, UpdateBookError::VersionMismatch), "{error:?}");
    }
    assert_eq!(stored(&library, id).await, Some(moved_on));
}

#[tokio::test]
async fn what_was_expected_is_judged_anew_after_every_lost_race() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    let (update_book, second) = (update_book(&library), Version::FIRST.next());
    library.outrun_next_update(Port::Books, Rival::Changed);
    let error = update_book.execute(expecting(book.id(), &[Version::FIRST])).await.expect_err("refused");
    assert!(matches!(error, UpdateBookError::VersionMismatch), "{error:?}");
    assert_eq!(stored(&library, book.id()).await, Some(book.clone().saved()));

    library.outrun_next_update(Port::Books, Rival::Changed);
    let updated = update_book.execute(expecting(book.id(), &[second, second.next()])).await.expect("updated");
    assert_eq!(updated.revision().version, second.next().next());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_expect_one_version_one_revises() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    let update_book = Arc::new(update_book(&library));
    let outcomes = race(|_| {
        let update_book = Arc::clone(&update_book);
        async move { update_book.execute(expecting(id, &[Version::FIRST])).await }
    })
    .await;
    assert_eq!(count(&outcomes, Result::is_ok), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, |it| matches!(it, Err(UpdateBookError::VersionMismatch))), WAYS - 1, "{outcomes:?}");
}

#[tokio::test]
async fn a_missing_book_is_not_found_whatever_was_expected() {
    let id = a_book().build().id();
    let error = update_book(&InMemoryLibrary::new()).execute(expecting(id, &[Version::FIRST])).await.expect_err("refused");
    assert!(matches!(error, UpdateBookError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_book_that_is_deleted_meanwhile_is_not_found() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    library.outrun_next_update(Port::Books, Rival::Deleted);
    let error = update_book(&library).execute(revision_of(id)).await.expect_err("refused");
    assert!(matches!(error, UpdateBookError::NotFound), "{error:?}");
}

#[rstest]
#[case::beginning(Port::Begin, 0)]
#[case::loading(Port::Books, 0)]
#[case::saving(Port::Books, 1)]
#[case::committing(Port::Commit, 0)]
#[tokio::test]
async fn a_failing_store_changes_nothing(#[case] port: Port, #[case] calls_before: usize) {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book()).await;
    library.fail_after(port, calls_before);
    let command = revision_of(book.id());
    let error = update_book(&library).execute(command).await.expect_err("unavailable");
    assert!(matches!(error, UpdateBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(stored(&library, book.id()).await, Some(book));
}
