use super::{
    Port, Rival,
    state::{keep, page},
    store::Store,
};
use async_trait::async_trait;
use library_book_domain::{Book, BookRepository, CreateBookError, DeleteBookError, Isbn, UpdateBookError};
use library_shared_domain::{BookId, DependencyError, Page, PageRequest};

pub(super) struct MemoryBooks(pub(super) Store);

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

    async fn update(&self, book: &Book) -> Result<Book, UpdateBookError> {
        self.0
            .write(Port::Books, |state| {
                match self.0.rivals().take(Port::Books) {
                    Some(Rival::Changed) => return Err(UpdateBookError::Moved),
                    Some(Rival::Deleted) => return Err(UpdateBookError::Missing),
                    None => {}
                }
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

    async fn list(&self, request: PageRequest<BookId>) -> Result<Page<Book, BookId>, DependencyError> {
        self.0.read(Port::Books, |state| page(&state.books, request, |_| true, Book::id))
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
}
