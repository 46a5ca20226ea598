use crate::Cataloguing;
use library_book_domain::{Book, BookDetails, CreateBookError, Isbn};
use library_shared_domain::{BookId, Clock, DependencyError, IdGenerator, UnitOfWork, idempotency::Completion};
use std::sync::Arc;

/// Adds a book to the catalogue.
pub struct AddBook {
    units: Arc<dyn UnitOfWork<Cataloguing>>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// The book to add.
#[derive(Debug, Clone)]
pub struct AddBookCommand {
    /// Its ISBN.
    pub isbn: Isbn,
    /// What the catalogue is to say of it.
    pub details: BookDetails,
}

/// Why a book was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddBookError {
    /// The catalogue has a book of this ISBN.
    #[error("another book has this ISBN")]
    DuplicateIsbn,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl AddBook {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Cataloguing>>, ids: Arc<dyn IdGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { units, ids, clock }
    }

    /// Adds the book and answers with it.
    ///
    /// # Errors
    /// [`AddBookError::DuplicateIsbn`] where the catalogue has a book of this ISBN.
    #[tracing::instrument(name = "add_book", skip_all)]
    pub async fn execute(&self, command: AddBookCommand, completion: &Completion<Book>) -> Result<Book, AddBookError> {
        let book = Book::new(BookId::from(self.ids.generate()), command.isbn, command.details, self.clock.now());
        let unit = self.units.begin().await?;
        unit.books.create(&book).await?;
        completion.complete(unit.claims.as_ref(), &book).await?;
        unit.commit().await?;
        Ok(book)
    }
}

impl From<CreateBookError> for AddBookError {
    fn from(error: CreateBookError) -> Self {
        match error {
            CreateBookError::DuplicateIsbn => Self::DuplicateIsbn,
            CreateBookError::Dependency(error) => Self::Dependency(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AddBook, AddBookCommand, AddBookError};
    use crate::Cataloguing;
    use library_book_domain::Book;
    use library_shared_domain::{
        BookId, DependencyError, ListRequest, Revision,
        idempotency::{Claimed, Completion},
    };
    use library_testkit::{
        InMemoryLibrary, ManualClock, Port, Repositories, SequentialIds, a_book, a_claim, a_receipt, count, now, race,
        unique_isbn,
    };
    use rstest::rstest;
    use std::sync::Arc;

    fn add_book(library: &InMemoryLibrary) -> AddBook {
        AddBook::new(Cataloguing::units(library), Arc::new(SequentialIds::new()), Arc::new(ManualClock::default()))
    }

    fn a_command() -> AddBookCommand {
        AddBookCommand { isbn: unique_isbn(), details: a_book().details() }
    }

    async fn catalogue(library: &InMemoryLibrary) -> Vec<Book> {
        library.books().list(&ListRequest::default()).await.expect("a page").items
    }

    #[tokio::test]
    async fn an_added_book_is_in_the_catalogue_as_it_was_answered() {
        let (library, command) = (InMemoryLibrary::new(), a_command());
        let book = add_book(&library).execute(command.clone(), &Completion::not_asked()).await.expect("added");
        let id = BookId::from(SequentialIds::nth(1));
        assert_eq!(book, Book::restore(id, command.isbn, command.details, Revision::first(now())));
        assert_eq!(catalogue(&library).await, [book]);
    }

    #[tokio::test]
    async fn an_isbn_is_added_once_however_it_is_written() {
        let library = InMemoryLibrary::new();
        let first = Repositories::from(&library).given_book(a_book().with_isbn("0-8044-2957-X")).await;
        let again = AddBookCommand { isbn: a_book().with_isbn("080442957x").build().isbn().clone(), ..a_command() };
        let error = add_book(&library).execute(again, &Completion::not_asked()).await.expect_err("refused");
        assert!(matches!(error, AddBookError::DuplicateIsbn), "{error:?}");
        assert_eq!(catalogue(&library).await, [first]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_who_add_one_isbn_at_once_one_succeeds() {
        let library = InMemoryLibrary::new();
        let (add_book, command) = (Arc::new(add_book(&library)), a_command());
        let outcomes = race(|_| {
            let (add_book, command) = (Arc::clone(&add_book), command.clone());
            async move { add_book.execute(command, &Completion::not_asked()).await }
        })
        .await;
        assert_eq!(count(&outcomes, Result::is_ok), 1);
        assert_eq!(count(&outcomes, |outcome| matches!(outcome, Err(AddBookError::DuplicateIsbn))), outcomes.len() - 1);
        assert_eq!(catalogue(&library).await.len(), 1);
    }

    #[tokio::test]
    async fn what_came_of_it_is_kept_with_the_book() {
        let (library, attempt) = (InMemoryLibrary::new(), a_claim());
        library.claims().claim(&attempt.clone().build()).await.expect("claimed");
        let completion = Completion::of(attempt.clone().build().id, |book: &Book| a_receipt(book.isbn().as_str().as_bytes()));
        let book = add_book(&library).execute(a_command(), &completion).await.expect("added");
        let kept = library.claims().claim(&attempt.again().build()).await.expect("answered");
        assert_eq!(kept, Claimed::Completed(a_receipt(book.isbn().as_str().as_bytes())));
    }

    #[tokio::test]
    async fn who_has_lost_the_claim_adds_nothing() {
        let (library, lost) = (InMemoryLibrary::new(), a_claim().build());
        let completion = Completion::of(lost.id, |_: &Book| a_receipt(b""));
        let error = add_book(&library).execute(a_command(), &completion).await.expect_err("unavailable");
        assert!(matches!(error, AddBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
        assert_eq!(catalogue(&library).await, []);
    }

    #[rstest]
    #[case(Port::Begin)]
    #[case(Port::Books)]
    #[case(Port::Commit)]
    #[tokio::test]
    async fn a_failing_store_adds_nothing(#[case] port: Port) {
        let library = InMemoryLibrary::new();
        library.fail_next(port);
        let error = add_book(&library).execute(a_command(), &Completion::not_asked()).await.expect_err("unavailable");
        assert!(matches!(error, AddBookError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
        assert_eq!(catalogue(&library).await, []);
    }
}
