use super::Cursor;

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

    /// How many items to look for: one more than the page holds tells whether another page follows.
    #[must_use]
    pub const fn surplus(self) -> u16 {
        self.0 as u16 + 1
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

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = Cursor> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page is; `None` on the last one.
    pub next: Option<C>,
    /// Where the page before is; `None` on the first one.
    pub previous: Option<C>,
}

#[cfg(test)]
mod tests {
    use super::{InvalidPageLimit, PageLimit};

    #[test]
    fn a_limit_is_between_one_and_two_hundred() {
        for number in [1, 50, 200] {
            assert_eq!(PageLimit::try_from(number).map(|limit| limit.count() as u64), Ok(number));
        }
        for number in [0, 201, 256, 257, u64::MAX] {
            assert_eq!(PageLimit::try_from(number), Err(InvalidPageLimit), "{number}");
        }
    }
}
