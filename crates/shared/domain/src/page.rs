/// How many items one page may hold: 1 to 200, 50 where nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u8);

/// The number is not between [`PageLimit::MINIMUM`] and [`PageLimit::MAXIMUM`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from {} to {}", PageLimit::MINIMUM, PageLimit::MAXIMUM)]
pub struct InvalidPageLimit;

impl PageLimit {
    /// The smallest page.
    pub const MINIMUM: u8 = 1;
    /// The largest page.
    pub const MAXIMUM: u8 = 200;

    /// The number of items.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The number of items, as a count.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u64> for PageLimit {
    type Error = InvalidPageLimit;

    fn try_from(number: u64) -> Result<Self, InvalidPageLimit> {
        u8::try_from(number)
            .ok()
            .filter(|number| (Self::MINIMUM..=Self::MAXIMUM).contains(number))
            .map(Self)
            .ok_or(InvalidPageLimit)
    }
}

/// A request for one page of a list that shows the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest<Id> {
    /// The most items to answer with.
    pub limit: PageLimit,
    /// The last item of the page before; `None` asks for the first page.
    pub after: Option<Id>,
}

impl<Id> Default for PageRequest<Id> {
    fn default() -> Self {
        Self { limit: PageLimit::default(), after: None }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, Id> {
    /// The items, the newest first.
    pub items: Vec<T>,
    /// Where the next page goes on; `None` on the last page.
    pub next: Option<Id>,
}

impl<T, Id> Page<T, Id> {
    /// Makes a page of what a repository found when it asked for one item more than the limit: the surplus item tells that
    /// there is a next page and is not part of this one.
    #[must_use]
    pub fn from_surplus(mut found: Vec<T>, limit: PageLimit, id: impl Fn(&T) -> Id) -> Self {
        let has_next = found.len() > limit.count();
        found.truncate(limit.count());
        let next = found.last().filter(|_| has_next).map(id);
        Self { items: found, next }
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidPageLimit, Page, PageLimit};

    #[test]
    fn a_limit_is_between_one_and_two_hundred() {
        for number in [1, 50, 200] {
            assert_eq!(PageLimit::try_from(number).map(|limit| limit.count() as u64), Ok(number));
        }
        for number in [0, 201, 256, 257, u64::MAX] {
            assert_eq!(PageLimit::try_from(number), Err(InvalidPageLimit), "{number}");
        }
    }

    #[test]
    fn a_page_names_the_next_one_only_where_there_is_one() {
        let limit = PageLimit::try_from(2).expect("a limit");
        let full = Page::from_surplus(vec![9, 8, 7], limit, |item| *item);
        assert_eq!(full, Page { items: vec![9, 8], next: Some(8) });
        let last = Page::from_surplus(vec![9, 8], limit, |item| *item);
        assert_eq!(last, Page { items: vec![9, 8], next: None });
    }
}
