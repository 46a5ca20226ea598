use crate::{Book, BookField};
use library_shared_domain::{Filter, PageLimit, words};
use time::OffsetDateTime;

/// The words that a reader looks for. A book is found where each of them begins a word of its title, its author or its
/// description; neither case nor accents count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The most words that count; those beyond are not looked for.
    pub const MAXIMUM_WORDS: usize = 16;
    /// The most characters of a word that count.
    pub const MAXIMUM_WORD_LENGTH: usize = 64;

    /// Takes the words out of whatever a reader wrote: every other character parts words, and means nothing else.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut found: Vec<String> = Vec::new();
        for word in words(text) {
            let word: String = word.chars().take(Self::MAXIMUM_WORD_LENGTH).collect();
            if !found.contains(&word) {
                found.push(word);
            }
            if found.len() == Self::MAXIMUM_WORDS {
                break;
            }
        }
        Self(found)
    }

    /// The words, folded. Without any, nothing is found.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// How well a book fits: the greater, the better; `None` where it is not found. A word in the title counts more than one in
    /// the author, and that more than one in the description.
    #[must_use]
    pub fn rank(&self, book: &Book) -> Option<u32> {
        let details = book.details();
        let texts = [(details.title.as_str(), 100), (details.author.as_str(), 10), (details.description.as_str(), 1)];
        let texts = texts.map(|(text, weight)| (words(text), weight));
        let weight_of = |word: &String| {
            texts
                .iter()
                .filter(|(words, _)| words.iter().any(|other| other.starts_with(word.as_str())))
                .map(|(_, weight)| *weight)
                .max()
        };
        if self.0.is_empty() {
            return None;
        }
        self.0.iter().map(weight_of).sum()
    }
}

/// What a reader looks for in the catalogue, and which of the books found are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookSearch {
    /// The words.
    pub words: SearchWords,
    /// The conditions that every book has to meet besides.
    pub filters: Vec<Filter<BookField>>,
    /// The most books to answer with.
    pub limit: PageLimit,
    /// Which part of what is found.
    pub offset: SearchOffset,
}

/// How many of the books found come before those that are wanted: fewer than [`SearchOffset::END`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SearchOffset(u16);

impl SearchOffset {
    /// Where paging through what is found ends: nobody reads on so far, and ranking is not free.
    pub const END: u16 = 1_000;

    /// The offset of this number, unless it is at the end or beyond.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (number < Self::END).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl BookSearch {
    /// How many books to look for from the offset on: one more than wanted tells whether more follow, but none beyond the end.
    #[must_use]
    pub fn surplus(&self) -> u16 {
        self.limit.surplus().min(SearchOffset::END - self.offset.0)
    }

    /// Makes the page of what was found: up to [`surplus`](Self::surplus) books from the offset on.
    #[must_use]
    pub fn page(&self, mut found: Vec<Book>) -> SearchPage {
        let has_next = found.len() > self.limit.count();
        found.truncate(self.limit.count());
        let step = u16::from(self.limit.number());
        let previous = (self.offset.0 > 0).then(|| SearchOffset(self.offset.0.saturating_sub(step)));
        SearchPage { items: found, next: SearchOffset::new(self.offset.0 + step).filter(|_| has_next), previous }
    }

    /// The page of these books that is searched for: the best first, and of equal ones the newest.
    pub fn select<'a>(&self, books: impl Iterator<Item = &'a Book>, now: OffsetDateTime) -> SearchPage {
        let wanted = books.filter(|book| self.filters.iter().all(|filter| filter.matches(book, now)));
        let mut found: Vec<_> = wanted.filter_map(|book| Some((self.words.rank(book)?, book))).collect();
        found.sort_by_key(|(rank, book)| std::cmp::Reverse((*rank, book.id())));
        let from_offset = found.into_iter().skip(usize::from(self.offset.0));
        self.page(from_offset.take(self.surplus().into()).map(|(_, book)| book.clone()).collect())
    }
}

/// A page of what was found.
pub type SearchPage = library_shared_domain::Page<Book, SearchOffset>;

#[cfg(test)]
mod tests;
