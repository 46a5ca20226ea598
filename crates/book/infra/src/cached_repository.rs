use async_trait::async_trait;
use library_book_domain::{
    Book, BookField, BookRepository, BookSearch, CreateBookError, Creation, DeleteBookError, Isbn, SearchPage, UpdateBookError,
};
use library_shared_domain::{BookId, DependencyError, ListRequest, Page};
use library_shared_infra::cache::{Cache, Invalidation, ReadThrough};
use std::sync::Arc;

/// Answers look-ups by id from a cache, and forgets there what it changes.
pub struct CachedBookRepository {
    repository: Arc<dyn BookRepository>,
    cached: ReadThrough<Book>,
}

impl CachedBookRepository {
    /// Decorates this repository with this cache.
    pub fn new(repository: Arc<dyn BookRepository>, cache: Arc<dyn Cache<Book>>, invalidation: Invalidation) -> Self {
        Self { repository, cached: ReadThrough::new(cache, invalidation) }
    }
}

#[async_trait]
impl BookRepository for CachedBookRepository {
    async fn create(&self, book: &Book) -> Result<(), CreateBookError> {
        self.repository.create(book).await
    }

    async fn create_all(&self, books: &[Book]) -> Result<Vec<Creation>, DependencyError> {
        self.repository.create_all(books).await
    }

    async fn update(&self, book: &Book) -> Result<Book, UpdateBookError> {
        let updated = self.repository.update(book).await;
        self.cached.forget(book.id().as_uuid()).await;
        updated
    }

    async fn find_by_id(&self, id: BookId) -> Result<Option<Book>, DependencyError> {
        self.cached.find(id.as_uuid(), || self.repository.find_by_id(id)).await
    }

    async fn find_by_isbn(&self, isbn: &Isbn) -> Result<Option<Book>, DependencyError> {
        self.repository.find_by_isbn(isbn).await
    }

    async fn list(&self, request: &ListRequest<BookField>) -> Result<Page<Book>, DependencyError> {
        self.repository.list(request).await
    }

    async fn search(&self, search: &BookSearch) -> Result<SearchPage, DependencyError> {
        self.repository.search(search).await
    }

    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError> {
        let deleted = self.repository.delete(id).await;
        self.cached.forget(id.as_uuid()).await;
        deleted
    }

    async fn delete_unchanged(&self, book: &Book) -> Result<(), DeleteBookError> {
        let deleted = self.repository.delete_unchanged(book).await;
        self.cached.forget(book.id().as_uuid()).await;
        deleted
    }
}
