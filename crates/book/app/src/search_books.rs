use library_book_domain::{BookRepository, BookSearch, SearchPage};
use library_shared_domain::DependencyError;
use std::sync::Arc;

/// Finds books by the words of their title, their author and their description.
pub struct SearchBooks {
    books: Arc<dyn BookRepository>,
}

impl SearchBooks {
    /// The use case on this port.
    pub fn new(books: Arc<dyn BookRepository>) -> Self {
        Self { books }
    }

    /// A page of the books that are found, those that fit best first.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "search_books", skip_all)]
    pub async fn execute(&self, search: &BookSearch) -> Result<SearchPage, DependencyError> {
        self.books.search(search).await
    }
}

#[cfg(test)]
mod tests {
    use super::SearchBooks;
    use library_book_domain::{BookSearch, SearchOffset, SearchWords};
    use library_shared_domain::{DependencyError, PageLimit};
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_book};

    fn search(text: &str) -> BookSearch {
        let (limit, offset) = (PageLimit::default(), SearchOffset::default());
        BookSearch { words: SearchWords::of(text), filters: Vec::new(), limit, offset }
    }

    #[tokio::test]
    async fn the_books_that_have_the_words_are_found() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (emma, _other) = (seen.given_book(a_book().titled("Emma")).await, seen.given_book(a_book()).await);
        let found = SearchBooks::new(library.books()).execute(&search("emm")).await.expect("a page");
        assert_eq!((found.items, found.next, found.previous), (vec![emma], None, None));
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Books);
        let error = SearchBooks::new(library.books()).execute(&search("emma")).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
