use super::{Cursor, Filter, ListField, Page, PageLimit, Side, Sort, Value};
use std::cmp::Ordering;
use time::OffsetDateTime;
use uuid::Uuid;

/// What of a list is wanted: which items, in which order, how many, from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest<F> {
    limit: PageLimit,
    filters: Vec<Filter<F>>,
    sort: Sort<F>,
    cursor: Option<Cursor>,
}

/// The cursor is a place in a list of another order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a cursor of a list in this order")]
pub struct ForeignCursor;

impl<F> Default for ListRequest<F> {
    /// The first page of everything, the newest first.
    fn default() -> Self {
        Self { limit: PageLimit::default(), filters: Vec::new(), sort: Sort::default(), cursor: None }
    }
}

impl<F: ListField> ListRequest<F> {
    /// A page of the items that meet every condition, in this order, at this place: the first page where there is none.
    ///
    /// # Errors
    /// Where the cursor is one of another order.
    pub fn new(limit: PageLimit, filters: Vec<Filter<F>>, sort: Sort<F>, cursor: Option<Cursor>) -> Result<Self, ForeignCursor> {
        let fits = cursor.as_ref().is_none_or(|cursor| cursor.fits(&sort));
        if fits { Ok(Self { limit, filters, sort, cursor }) } else { Err(ForeignCursor) }
    }

    /// The same, of the items that meet this condition, too.
    #[must_use]
    pub fn filtered(mut self, filter: Filter<F>) -> Self {
        self.filters.push(filter);
        self
    }

    /// The most items to answer with.
    #[must_use]
    pub const fn limit(&self) -> PageLimit {
        self.limit
    }

    /// The conditions that every item has to meet.
    #[must_use]
    pub fn filters(&self) -> &[Filter<F>] {
        &self.filters
    }

    /// The order.
    #[must_use]
    pub const fn sort(&self) -> &Sort<F> {
        &self.sort
    }

    /// The place.
    #[must_use]
    pub const fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Whether the items are looked for against the order: those right before a place.
    #[must_use]
    pub fn is_backward(&self) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.side == Side::Before)
    }

    /// Makes the page of what was found: up to [`PageLimit::surplus`] items from the place on, against the order where the request
    /// is [backward](Self::is_backward).
    #[must_use]
    pub fn page(&self, mut found: Vec<F::Item>) -> Page<F::Item> {
        let has_more = found.len() > self.limit.count();
        found.truncate(self.limit.count());
        if self.is_backward() {
            found.reverse();
        }
        // Where one came from, there is a page; the other way, the surplus item tells.
        let (has_previous, has_next) = if self.is_backward() { (has_more, true) } else { (self.cursor.is_some(), has_more) };
        // Where nothing is left beyond the place, the way back begins at the place itself.
        let beside = |item: Option<&F::Item>, side| match item {
            Some(item) => Some(self.cursor_at(item, side)),
            None => self.cursor.clone().map(|place| Cursor { side, ..place }),
        };
        let next = has_next.then(|| beside(found.last(), Side::After)).flatten();
        let previous = has_previous.then(|| beside(found.first(), Side::Before)).flatten();
        Page { items: found, next, previous }
    }

    /// The page of these items: what a list means, and what every adapter's answer has to equal.
    pub fn select<'a>(&self, items: impl Iterator<Item = &'a F::Item>, now: OffsetDateTime) -> Page<F::Item>
    where
        F::Item: Clone + 'a,
    {
        let mut wanted: Vec<&F::Item> = items
            .filter(|item| self.filters.iter().all(|filter| filter.matches(item, now)))
            .filter(|item| self.cursor.as_ref().is_none_or(|cursor| self.is_beyond(item, cursor)))
            .collect();
        wanted.sort_by(|one, other| {
            let ordering = self.compare(&self.place(one), &self.place(other));
            if self.is_backward() { ordering.reverse() } else { ordering }
        });
        self.page(wanted.into_iter().take(self.limit.surplus().into()).cloned().collect())
    }

    fn is_beyond(&self, item: &F::Item, cursor: &Cursor) -> bool {
        let ordering = self.compare(&self.place(item), &(cursor.values.clone(), cursor.id));
        match cursor.side {
            Side::After => ordering == Ordering::Greater,
            Side::Before => ordering == Ordering::Less,
        }
    }

    fn cursor_at(&self, item: &F::Item, side: Side) -> Cursor {
        let (values, id) = self.place(item);
        Cursor { values, id, side }
    }

    fn place(&self, item: &F::Item) -> (Vec<Value>, Uuid) {
        (self.sort.keys().iter().map(|(field, _)| field.order_value(item)).collect(), F::id(item))
    }

    fn compare(&self, one: &(Vec<Value>, Uuid), other: &(Vec<Value>, Uuid)) -> Ordering {
        let by_fields = self.sort.keys().iter().zip(one.0.iter().zip(&other.0));
        by_fields
            .map(|((_, direction), (one, other))| direction.apply(one.cmp(other)))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| self.sort.direction_of_ids().apply(one.1.cmp(&other.1)))
    }
}

#[cfg(test)]
mod tests;
