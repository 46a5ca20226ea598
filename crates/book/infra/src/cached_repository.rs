use async_trait::async_trait;
use library_book_domain::{Book, BookRepository, CreateBookError, DeleteBookError, Isbn, UpdateBookError};
use library_shared_domain::{BookId, DependencyError, Page, PageRequest};
use library_shared_infra::cache::{Cache, Invalidation, LookUp};
use std::sync::Arc;

/// Answers look-ups by id from a cache, and forgets there what it changes.
pub struct CachedBookRepository {
    repository: Arc<dyn BookRepository>,
    cache: Arc<dyn Cache<Book>>,
    invalidation: Invalidation,
}

impl CachedBookRepository {
    /// Decorates this repository with this cache.
    pub fn new(repository: Arc<dyn BookRepository>, cache: Arc<dyn Cache<Book>>, invalidation: Invalidation) -> Self {
        Self { repository, cache, invalidation }
    }

    async fn forget(&self, id: BookId) {
        self.invalidation.forget(&self.cache, id.as_uuid()).await;
    }
}

#[async_trait]
impl BookRepository for CachedBookRepository {
    async fn create(&self, book: &Book) -> Result<(), CreateBookError> {
        self.repository.create(book).await
    }

    async fn update(&self, book: &Book) -> Result<Book, UpdateBookError> {
        let updated = self.repository.update(book).await;
        // An update that was not confirmed may have happened all the same.
        self.forget(book.id()).await;
        updated
    }

    async fn find_by_id(&self, id: BookId) -> Result<Option<Book>, DependencyError> {
        if !self.invalidation.allows_cached_reads() {
            return self.repository.find_by_id(id).await;
        }
        match self.cache.look_up(id.as_uuid()).await {
            LookUp::Hit(book) => Ok(Some(book)),
            LookUp::Bypass => self.repository.find_by_id(id).await,
            LookUp::Miss(permit) => {
                let found = self.repository.find_by_id(id).await?;
                if let Some(book) = &found {
                    self.cache.fill(id.as_uuid(), permit, book).await;
                }
                Ok(found)
            }
        }
    }

    async fn find_by_isbn(&self, isbn: &Isbn) -> Result<Option<Book>, DependencyError> {
        self.repository.find_by_isbn(isbn).await
    }

    async fn list(&self, request: PageRequest<BookId>) -> Result<Page<Book, BookId>, DependencyError> {
        self.repository.list(request).await
    }

    async fn delete(&self, id: BookId) -> Result<(), DeleteBookError> {
        let deleted = self.repository.delete(id).await;
        self.forget(id).await;
        deleted
    }
}
