use super::{Port, Rival, state::keep, store::Store};
use async_trait::async_trait;
use library_book_domain::{
    Book, BookField, BookRepository, BookSearch, CreateBookError, Creation, DeleteBookError, Isbn, SearchPage, UpdateBookError,
};
use library_shared_domain::{BookId, DependencyError, ListRequest, Page};
use std::collections::BTreeMap;
use time::OffsetDateTime;

pub(super) struct MemoryBooks(pub(super) Store);

impl MemoryBooks {
    fn let_rival_ahead(&self, id: BookId) {
        self.0.let_rival_ahead(Port::Books, |state, rival| match (rival, state.books.get_mut(&id)) {
            (Rival::Changed, Some(stored)) => *stored = stored.clone().saved(),
            (Rival::Deleted, Some(_)) => drop(state.books.remove(&id)),
            (Rival::Changed | Rival::Deleted, None) => {}
        });
    }
}

#[async_trait]
impl BookRepository for MemoryBooks {
    async fn create(&self, book: &Book) -> Result<(), CreateBookError> {
        self.0
            .write(Port::Books, |state| {
                if state.books.values().any(|other| other.isbn() == book.isbn()) {
                    return Err(CreateBookError::DuplicateIsbn);
                }
                Ok(keep(&mut state.books, book.id(), book.clone())?)
            })
            .await
    }

    async fn create_all(&self, books: &[Book]) -> Result<Vec<Creation>, DependencyError> {
        self.0
            .write(Port::Books, |state| {
                // Beside the state, which stays as it was where one of them cannot be kept.
                let mut kept = state.books.clone();
                let mut ids: BTreeMap<_, _> = kept.values().map(|book| (book.isbn().clone(), book.id())).collect();
                let mut create = |book: &Book| {
                    if let Some(&existing) = ids.get(book.isbn()) {
                        return Ok(Creation::Duplicate { existing });
                    }
                    ids.insert(book.isbn().clone(), book.id());
                    keep(&mut kept, book.id(), book.clone()).map(|()| Creation::Created)
                };
                let creations = books.iter().map(&mut create).collect::<Result<_, DependencyError>>()?;
                state.books = kept;
                Ok(creations)
            })
            .await
    }

    async fn update(&self, book: &Book) -> Result<Book, UpdateBookError> {
        self.let_rival_ahead(book.id());
        self.0
            .write(Port::Books, |state| {
                let stored = state.books.get_mut(&book.id()).ok_or(UpdateBookError::Missing)?;
                if stored.revision().version != book.revision().version {
                    return Err(UpdateBookError::Moved);
                }
                *stored = book.clone().saved();
                Ok(stored.clone())
            })
            .await
    }

    async fn find_by_id(&self, id: BookId) -> Result<Option<Book>, DependencyError> {
        self.0.read(Port::Books, |state| state.books.get(&id).cloned())
    }

    async fn find_by_isbn(&self, isbn: &Isbn) -> Result<Option<Book>, DependencyError> {
        self.0.read(Port::Books, |state| state.books.values().find(|book| book.isbn() == isbn).cloned())
    }

    async fn list(&self, request: &ListRequest<BookField>) -> Result<Page<Book>, DependencyError> {
        self.0.read(Port::Books, |state| request.select(state.books.values(), OffsetDateTime::UNIX_EPOCH))
    }

    async fn search(&self, search: &BookSearch) -> Result<SearchPage, DependencyError> {
        self.0.read(Port::Books, |state| search.select(state.books.values(), OffsetDateTime::UNIX_EPOCH))
    }

    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError> {
        self.0
            .write(Port::Books, |state| {
                if state.open_loan_of_book(id).is_some() {
                    return Err(DeleteBookError::OnLoan);
                }
                state.books.remove(&id).map(drop).ok_or(DeleteBookError::Missing)
            })
            .await
    }

    async fn delete_unchanged(&self, book: &Book) -> Result<(), DeleteBookError> {
        self.let_rival_ahead(book.id());
        self.0
            .write(Port::Books, |state| {
                let stored = state.books.get(&book.id()).ok_or(DeleteBookError::Missing)?;
                if stored.revision().version != book.revision().version {
                    return Err(DeleteBookError::Moved);
                }
                if state.open_loan_of_book(book.id()).is_some() {
                    return Err(DeleteBookError::OnLoan);
                }
                state.books.remove(&book.id());
                Ok(())
            })
            .await
    }
}
