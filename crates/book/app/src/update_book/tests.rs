use super::{UpdateBook, UpdateBookCommand, UpdateBookError};
use crate::Cataloguing;
use library_book_domain::{Book, BookDetails};
use library_shared_domain::{BookId, DependencyError, Revision, UPDATE_ATTEMPTS, Version};
use library_testkit::{InMemoryLibrary, ManualClock, Port, Repositories, Rival, WAYS, a_book, now, race};
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

async fn stored(library: &InMemoryLibrary, id: BookId) -> Option<Book> {
    library.books().find_by_id(id).await.expect("looked up")
}

#[tokio::test]
async fn a_book_is_revised_and_keeps_its_isbn() {
    let library = InMemoryLibrary::new();
    let book = Repositories::from(&library).given_book(a_book().titled("Dune")).await;
    let command = UpdateBookCommand { id: book.id(), details: revised() };
    let updated = update_book(&library).execute(command).await.expect("updated");
    let revision = Revision { version: Version::FIRST.next(), created_at: now(), updated_at: later() };
    assert_eq!(updated, Book::restore(book.id(), book.isbn().clone(), revised(), revision));
    assert_eq!(stored(&library, book.id()).await, Some(updated));
}

#[tokio::test]
async fn a_missing_book_cannot_be_revised() {
    let (library, id) = (InMemoryLibrary::new(), a_book().build().id());
    let error = update_book(&library).execute(UpdateBookCommand { id, details: revised() }).await.expect_err("refused");
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
        async move { update_book.execute(UpdateBookCommand { id, details }).await }
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
    let updated = update_book(&library).execute(UpdateBookCommand { id, details: revised() }).await.expect("updated");
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
    let command = UpdateBookCommand { id: book.id(), details: revised() };
    let error = update_book(&library).execute(command).await.expect_err("contended");
    assert!(matches!(error, UpdateBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(stored(&library, book.id()).await, Some(book));
}

#[tokio::test]
async fn a_book_that_is_deleted_meanwhile_is_not_found() {
    let library = InMemoryLibrary::new();
    let id = Repositories::from(&library).given_book(a_book()).await.id();
    library.outrun_next_update(Port::Books, Rival::Deleted);
    let error = update_book(&library).execute(UpdateBookCommand { id, details: revised() }).await.expect_err("refused");
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
    let command = UpdateBookCommand { id: book.id(), details: revised() };
    let error = update_book(&library).execute(command).await.expect_err("unavailable");
    assert!(matches!(error, UpdateBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    assert_eq!(stored(&library, book.id()).await, Some(book));
}
