use super::{AddBookOutcome, AddBooks, AddBooksError, ROWS_PER_UNIT};
use crate::{AddBookCommand, Cataloguing};
use library_book_domain::Book;
use library_shared_domain::{
    BookId, DependencyError, ListRequest, PageLimit, Revision, Sort,
    idempotency::{Claimed, Completion},
};
use library_testkit::{
    InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_book, a_claim, a_receipt, count, now, race, unique_isbn,
};
use rstest::rstest;
use std::sync::Arc;

fn add_books(library: &InMemoryLibrary) -> AddBooks {
    AddBooks::new(Cataloguing::units(library), Arc::new(SequentialIds::new()), Arc::new(ManualClock::default()))
}

fn commands(number: usize) -> Vec<AddBookCommand> {
    (0..number).map(|_| AddBookCommand { isbn: unique_isbn(), details: a_book().details() }).collect()
}

/// Up to two hundred books, the newest first.
async fn catalogue(library: &InMemoryLibrary) -> Vec<Book> {
    let limit = PageLimit::try_from(200).expect("a limit");
    let request = ListRequest::new(limit, Vec::new(), Sort::default(), None).expect("there is no cursor");
    library.books().list(&request).await.expect("a page").items
}

fn is_added(outcome: &AddBookOutcome) -> bool {
    matches!(outcome, AddBookOutcome::Added(_))
}

#[tokio::test]
async fn added_books_are_in_the_catalogue_as_they_were_answered() {
    let (library, commands) = (InMemoryLibrary::new(), commands(2));
    let outcomes = add_books(&library).execute(commands.clone(), &Completion::not_asked()).await.expect("added");
    let mut books: Vec<_> = (1..)
        .zip(commands)
        .map(|(nth, command)| {
            let id = BookId::from(SequentialIds::nth(nth));
            Book::restore(id, command.isbn, command.details, Revision::first(now()))
        })
        .collect();
    assert_eq!(outcomes, books.iter().cloned().map(AddBookOutcome::Added).collect::<Vec<_>>());
    books.reverse();
    assert_eq!(catalogue(&library).await, books);
}

#[tokio::test]
async fn a_book_whose_isbn_is_taken_is_named_with_the_book_that_has_it() {
    let library = InMemoryLibrary::new();
    let there = Repositories::from(&library).given_book(a_book()).await;
    let mut commands = commands(3);
    commands[0].isbn = there.isbn().clone();
    commands[2].isbn = commands[1].isbn.clone();
    let outcomes = add_books(&library).execute(commands, &Completion::not_asked()).await.expect("seen to");
    let [first, AddBookOutcome::Added(new), third] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert_eq!(*first, AddBookOutcome::Duplicate { existing: there.id() });
    assert_eq!(*third, AddBookOutcome::Duplicate { existing: new.id() });
    assert_eq!(catalogue(&library).await, [there, new.clone()]);
}

#[tokio::test]
async fn no_books_are_no_work() {
    let library = InMemoryLibrary::new();
    library.go_offline();
    assert_eq!(add_books(&library).execute(Vec::new(), &Completion::not_asked()).await.expect("nothing to do"), []);
}

#[rstest]
#[case(Port::Begin)]
#[case(Port::Books)]
#[case(Port::Commit)]
#[tokio::test]
async fn what_was_added_before_the_store_failed_stays_and_asking_again_adds_the_rest(#[case] port: Port) {
    let (library, commands) = (InMemoryLibrary::new(), commands(ROWS_PER_UNIT + 50));
    let add_books = add_books(&library);
    library.fail_after(port, 1);

    let AddBooksError { outcomes, source } =
        add_books.execute(commands.clone(), &Completion::not_asked()).await.expect_err("unavailable");
    assert!(matches!(source, DependencyError::Unavailable { .. }), "{source:?}");
    assert_eq!((outcomes.len(), count(&outcomes, is_added)), (ROWS_PER_UNIT, ROWS_PER_UNIT));
    assert_eq!(catalogue(&library).await.len(), ROWS_PER_UNIT);

    let again = add_books.execute(commands, &Completion::not_asked()).await.expect("added");
    for (first, second) in outcomes.iter().zip(&again) {
        let AddBookOutcome::Added(book) = first else { panic!("{first:?}") };
        assert_eq!(*second, AddBookOutcome::Duplicate { existing: book.id() });
    }
    assert_eq!(count(&again, is_added), 50);
    assert_eq!(catalogue(&library).await.len(), ROWS_PER_UNIT + 50);
}

#[tokio::test]
async fn a_store_that_fails_at_once_adds_nothing() {
    let library = InMemoryLibrary::new();
    library.fail_next(Port::Commit);
    let error = add_books(&library).execute(commands(1), &Completion::not_asked()).await.expect_err("unavailable");
    assert_eq!(error.outcomes, []);
    assert_eq!(catalogue(&library).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_add_the_same_books_at_once_one_adds_each() {
    let library = InMemoryLibrary::new();
    let (add_books, commands) = (Arc::new(add_books(&library)), commands(150));
    let outcomes = race(|_| {
        let (add_books, commands) = (Arc::clone(&add_books), commands.clone());
        async move { add_books.execute(commands, &Completion::not_asked()).await.expect("nobody fails") }
    })
    .await;
    assert_eq!(count(&outcomes.concat(), is_added), 150);
    let kept = catalogue(&library).await;
    assert_eq!(kept.len(), 150);
    for (command, outcome) in outcomes.iter().flat_map(|outcomes| commands.iter().zip(outcomes)) {
        let id = match outcome {
            AddBookOutcome::Added(book) => book.id(),
            AddBookOutcome::Duplicate { existing } => *existing,
        };
        assert!(kept.iter().any(|book| (book.id(), book.isbn()) == (id, &command.isbn)), "{outcome:?}");
    }
}

#[tokio::test]
async fn the_claim_of_a_batch_is_completed_with_its_last_unit() {
    let library = InMemoryLibrary::new();
    let attempt = a_claim();
    let fresh = library.claims().claim(&attempt.clone().build()).await.expect("claimed");
    assert_eq!(fresh, Claimed::Fresh);
    let completion = Completion::of(attempt.clone().build().id, |outcomes: &Vec<AddBookOutcome>| {
        a_receipt(outcomes.len().to_string().as_bytes())
    });
    add_books(&library).execute(commands(ROWS_PER_UNIT + 1), &completion).await.expect("added");
    let kept = library.claims().claim(&attempt.again().build()).await.expect("looked up");
    assert_eq!(kept, Claimed::Completed(a_receipt(b"101")));
}

#[tokio::test]
async fn who_is_overtaken_adds_nothing_in_the_last_unit() {
    let library = InMemoryLibrary::new();
    let completion = Completion::of(a_claim().build().id, |_: &Vec<AddBookOutcome>| a_receipt(b"kept"));
    let error = add_books(&library).execute(commands(ROWS_PER_UNIT + 1), &completion).await.expect_err("overtaken");
    assert_eq!(error.outcomes.len(), ROWS_PER_UNIT);
    assert_eq!(catalogue(&library).await.len(), ROWS_PER_UNIT);
}
