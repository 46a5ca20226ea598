use library_book_domain::BookRepository;
use library_shared_domain::idempotency::ClaimRepository;
use std::sync::Arc;

/// What a unit of work on the catalogue spans.
#[derive(Clone)]
pub struct Cataloguing {
    /// The books, as the unit sees them.
    pub books: Arc<dyn BookRepository>,
    /// The claims of idempotency keys.
    pub claims: Arc<dyn ClaimRepository>,
}

#[cfg(test)]
impl Cataloguing {
    /// Units of work on this library's catalogue.
    pub(crate) fn units(library: &library_testkit::InMemoryLibrary) -> Arc<dyn library_shared_domain::UnitOfWork<Self>> {
        library.unit_of_work(|library| Self { books: library.books(), claims: library.claims() })
    }
}
