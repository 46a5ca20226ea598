use crate::{AddBookCommand, Cataloguing};
use library_book_domain::{Book, Creation};
use library_shared_domain::{BookId, Clock, DependencyError, IdGenerator, UnitOfWork, idempotency::Completion};
use std::sync::Arc;

/// How many books are added in one unit of work: enough that a unit costs little for each, few enough that other writers of SQLite,
/// which has one at a time, do not wait long for one.
pub const ROWS_PER_UNIT: usize = 100;

/// Adds many books to the catalogue, as many of them as are new. It can be asked again for the same books: those that were added
/// before are duplicates then.
pub struct AddBooks {
    units: Arc<dyn UnitOfWork<Cataloguing>>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// What came of one of the books that were to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddBookOutcome {
    /// It is in the catalogue.
    Added(Book),
    /// It was not added: another book, of the catalogue or before it among those to add, has its ISBN.
    Duplicate {
        /// That other book.
        existing: BookId,
    },
}

/// Why not all of the books were seen to.
#[derive(Debug, thiserror::Error)]
#[error("the books after the first {} were not added", outcomes.len())]
pub struct AddBooksError {
    /// What came of those that were seen to before the machinery failed, from the first on; they stay. The others were not added or,
    /// where a commit was not confirmed, may have been.
    pub outcomes: Vec<AddBookOutcome>,
    /// How the machinery failed.
    pub source: DependencyError,
}

impl AddBooks {
    /// The use case on these ports.
    pub fn new(units: Arc<dyn UnitOfWork<Cataloguing>>, ids: Arc<dyn IdGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { units, ids, clock }
    }

    /// Adds the books, [`ROWS_PER_UNIT`] in a unit of work, and tells of each what came of it, in the order given. The completion
    /// belongs to the last unit: who is overtaken before it has added books that are duplicates to the other attempt.
    ///
    /// # Errors
    /// Where the machinery fails: with what came of the books before.
    #[tracing::instrument(name = "add_books", skip_all)]
    pub async fn execute(
        &self,
        commands: Vec<AddBookCommand>,
        completion: &Completion<Vec<AddBookOutcome>>,
    ) -> Result<Vec<AddBookOutcome>, AddBooksError> {
        if commands.is_empty() && !completion.is_asked() {
            return Ok(Vec::new());
        }
        let mut outcomes = Vec::with_capacity(commands.len());
        let mut commands = commands.into_iter().peekable();
        loop {
            let books: Vec<_> = commands.by_ref().take(ROWS_PER_UNIT).map(|command| self.book(command)).collect();
            let is_last = commands.peek().is_none();
            let before = outcomes.len();
            if let Err(source) = self.add(books, &mut outcomes, completion, is_last).await {
                outcomes.truncate(before);
                return Err(AddBooksError { outcomes, source });
            }
            if is_last {
                return Ok(outcomes);
            }
        }
    }

    /// Adds these books in a unit of work, and what came of them to the outcomes.
    async fn add(
        &self,
        books: Vec<Book>,
        outcomes: &mut Vec<AddBookOutcome>,
        completion: &Completion<Vec<AddBookOutcome>>,
        is_last: bool,
    ) -> Result<(), DependencyError> {
        let unit = self.units.begin().await?;
        let creations = unit.books.create_all(&books).await?;
        outcomes.extend(books.into_iter().zip(creations).map(|(book, creation)| match creation {
            Creation::Created => AddBookOutcome::Added(book),
            Creation::Duplicate { existing } => AddBookOutcome::Duplicate { existing },
        }));
        if is_last {
            completion.complete(unit.claims.as_ref(), outcomes).await?;
        }
        unit.commit().await
    }

    fn book(&self, command: AddBookCommand) -> Book {
        Book::new(BookId::from(self.ids.generate()), command.isbn, command.details, self.clock.now())
    }
}

#[cfg(test)]
mod tests;
