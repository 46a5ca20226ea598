use library_shared_domain::{DependencyError, Page, PageLimit, PageRequest};

/// A request for the first page, of this many items.
pub(super) fn first<Id>(limit: u64) -> PageRequest<Id> {
    PageRequest { limit: PageLimit::try_from(limit).expect("a limit between 1 and 200"), after: None }
}

/// Turns the pages of a list from the first to the last.
pub(super) async fn all_pages<T, Id>(
    limit: u64,
    list: impl AsyncFn(PageRequest<Id>) -> Result<Page<T, Id>, DependencyError>,
) -> Vec<Vec<T>> {
    let mut pages = Vec::new();
    let mut request = first(limit);
    loop {
        let page = list(request).await.expect("a page");
        pages.push(page.items);
        assert!(pages.len() < 1_000, "the list has no end");
        match page.next {
            Some(after) => request = PageRequest { after: Some(after), ..first(limit) },
            None => return pages,
        }
    }
}
