use library_shared_domain::{Cursor, DependencyError, Filter, ListField, ListRequest, Operator, Page, PageLimit, Sort};
use std::fmt::Debug;
use time::OffsetDateTime;

/// A request for the first page, of this many items.
pub(super) fn first<F: ListField>(limit: u64) -> ListRequest<F> {
    sorted(limit, Sort::default())
}

/// A request for the first page in this order.
pub(super) fn sorted<F: ListField>(limit: u64, sort: Sort<F>) -> ListRequest<F> {
    let limit = PageLimit::try_from(limit).expect("a limit between 1 and 200");
    ListRequest::new(limit, Vec::new(), sort, None).expect("there is no cursor")
}

/// The same request, at this place.
pub(super) fn at<F: ListField>(request: &ListRequest<F>, cursor: Option<Cursor>) -> ListRequest<F> {
    ListRequest::new(request.limit(), request.filters().to_vec(), request.sort().clone(), cursor).expect("the list's own cursor")
}

/// Turns the pages of a list from the first to the last.
pub(super) async fn all_pages<F: ListField>(
    limit: u64,
    list: impl AsyncFn(ListRequest<F>) -> Result<Page<F::Item>, DependencyError>,
) -> Vec<Vec<F::Item>> {
    let asked = first(limit);
    let mut pages = Vec::new();
    let mut request = asked.clone();
    loop {
        let page = list(request).await.expect("a page");
        pages.push(page.items);
        assert!(pages.len() < 1_000, "the list has no end");
        match page.next {
            Some(next) => request = at(&asked, Some(next)),
            None => return pages,
        }
    }
}

/// Turns the pages of each order to the last one and back again; every page is the one that the domain selects from these items.
pub(super) async fn is_paged_in_every_order<F: ListField<Item: Clone + PartialEq + Debug>>(
    items: &[F::Item],
    now: OffsetDateTime,
    orders: &[&str],
    list: impl AsyncFn(ListRequest<F>) -> Result<Page<F::Item>, DependencyError>,
) {
    for order in orders {
        let sort = if order.is_empty() { Sort::default() } else { Sort::parse(order).expect("an order") };
        let asked = sorted(3, sort);
        let mut request = asked.clone();
        let end = loop {
            let page = list(request.clone()).await.expect("a page");
            assert_eq!(page, request.select(items.iter(), now), "{order}: {request:?}");
            match page.next.clone() {
                Some(next) => request = at(&asked, Some(next)),
                None => break page,
            }
        };
        let mut previous = end.previous;
        while let Some(cursor) = previous {
            request = at(&asked, Some(cursor));
            let page = list(request.clone()).await.expect("a page");
            assert_eq!(page, request.select(items.iter(), now), "{order}, backward: {request:?}");
            previous = page.previous;
        }
    }
}

/// Asks for the items that meet each condition, written as clients write it; they are those that the domain selects.
pub(super) async fn is_filtered<F: ListField<Item: Clone + PartialEq + Debug>>(
    items: &[F::Item],
    now: OffsetDateTime,
    conditions: &[(F, Operator, String)],
    list: impl AsyncFn(ListRequest<F>) -> Result<Page<F::Item>, DependencyError>,
) {
    let mut finds_some = false;
    for (field, operator, text) in conditions {
        let filter = Filter::parse(*field, *operator, text).expect("a filter");
        let request = first(200).filtered(filter);
        let page = list(request.clone()).await.expect("a page");
        assert_eq!(page, request.select(items.iter(), now), "{field:?} {operator:?} {text:?}");
        finds_some |= !page.items.is_empty() && page.items.len() < items.len();
    }
    assert!(finds_some, "no condition tells anything apart");
}
