use library_book_domain::{Book, BookRepository};
use library_shared_domain::{BookId, DependencyError, Page, PageRequest};
use std::sync::Arc;

/// Pages through the catalogue.
pub struct ListBooks {
    books: Arc<dyn BookRepository>,
}

impl ListBooks {
    /// The use case on this port.
    pub fn new(books: Arc<dyn BookRepository>) -> Self {
        Self { books }
    }

    /// A page of the catalogue, the newest book first.
    ///
    /// # Errors
    /// Only those of the machinery.
    pub async fn execute(&self, request: PageRequest<BookId>) -> Result<Page<Book, BookId>, DependencyError> {
        self.books.list(request).await
    }
}
