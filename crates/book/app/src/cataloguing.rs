use library_book_domain::BookRepository;
use std::sync::Arc;

/// What a unit of work on the catalogue spans.
#[derive(Clone)]
pub struct Cataloguing {
    /// The books, as the unit sees them.
    pub books: Arc<dyn BookRepository>,
}
