use library_book_domain::{Book, BookField, BookRepository};
use library_shared_domain::{DependencyError, ListRequest, Page};
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

    /// A page of the catalogue.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "list_books", skip_all)]
    pub async fn execute(&self, request: &ListRequest<BookField>) -> Result<Page<Book>, DependencyError> {
        self.books.list(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::ListBooks;
    use library_shared_domain::{DependencyError, ListRequest, PageLimit, Sort};
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_book};

    #[tokio::test]
    async fn the_catalogue_is_paged_from_the_newest_book_to_the_oldest() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (oldest, middle, newest) =
            (seen.given_book(a_book()).await, seen.given_book(a_book()).await, seen.given_book(a_book()).await);
        let list_books = ListBooks::new(library.books());
        let limit = PageLimit::try_from(2).expect("a limit");

        let request = |cursor| ListRequest::new(limit, Vec::new(), Sort::default(), cursor).expect("the list's own cursor");
        let first = list_books.execute(&request(None)).await.expect("a page");
        assert_eq!((&first.items, &first.previous), (&vec![newest, middle], &None));
        let last = list_books.execute(&request(first.next)).await.expect("a page");
        assert_eq!((last.items, last.next), (vec![oldest], None));
    }

    #[tokio::test]
    async fn an_empty_catalogue_is_one_empty_page() {
        let page = ListBooks::new(InMemoryLibrary::new().books()).execute(&ListRequest::default()).await.expect("a page");
        assert_eq!((page.items, page.next, page.previous), (Vec::new(), None, None));
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Books);
        let error = ListBooks::new(library.books()).execute(&ListRequest::default()).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
