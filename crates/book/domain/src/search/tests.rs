use super::{BookSearch, SearchOffset, SearchWords};
use crate::{Author, Book, BookDetails, Description, Isbn, Title};
use library_shared_domain::{BookId, PageLimit};
use proptest::prelude::*;
use rstest::rstest;
use time::OffsetDateTime;
use uuid::Uuid;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn book(number: u128, title: &str, author: &str, description: &str) -> Book {
    let details = BookDetails {
        title: Title::parse(title).expect("a title"),
        author: Author::parse(author).expect("an author"),
        description: Description::parse(description).expect("a description"),
    };
    let isbn = Isbn::parse("9780141439587").expect("an ISBN");
    Book::new(BookId::from_uuid(Uuid::from_u128(number)), isbn, details, NOW)
}

fn search(text: &str, limit: u64, offset: u16) -> BookSearch {
    BookSearch {
        words: SearchWords::of(text),
        filters: Vec::new(),
        limit: PageLimit::try_from(limit).expect("a limit"),
        offset: SearchOffset::new(offset).expect("an offset"),
    }
}

#[rstest]
#[case("zola", true)]
#[case("EMIL", true)]
#[case("émile germ", true)]
#[case("mine nana", false)]
#[case("erminal", false)]
#[case("\"zola\" AND (germinal*) --", false)]
#[case("'zola' -- (germinal*)", true)]
#[case("", false)]
#[case("?!", false)]
fn a_book_is_found_by_the_beginnings_of_its_words(#[case] text: &str, #[case] is_found: bool) {
    let germinal = book(1, "Germinal", "Émile Zola", "A mine.");
    assert_eq!(SearchWords::of(text).rank(&germinal).is_some(), is_found);
}

#[test]
fn a_title_counts_more_than_an_author_and_that_more_than_a_description() {
    let books = [book(1, "A", "B", "Austen"), book(2, "Austen", "B", ""), book(3, "A", "Austen", ""), book(4, "Austen", "C", "")];
    let found = search("austen", 10, 0).select(books.iter(), NOW).items;
    assert_eq!(found.iter().map(|book| book.id().as_uuid().as_u128()).collect::<Vec<_>>(), [4, 2, 3, 1]);
}

#[test]
fn what_is_found_is_paged_up_to_the_first_thousand() {
    let books: Vec<_> = (0..1_100).map(|number| book(number, "Emma", "Jane Austen", "")).collect();
    let select = |limit, offset| search("emma", limit, offset).select(books.iter(), NOW);
    let first = select(200, 0);
    assert_eq!((first.items.len(), first.next, first.previous), (200, SearchOffset::new(200), None));
    let middle = select(200, 300);
    assert_eq!((middle.items.len(), middle.next, middle.previous), (200, SearchOffset::new(500), SearchOffset::new(100)));
    let last = select(200, 900);
    assert_eq!((last.items.len(), last.next, last.previous), (100, None, SearchOffset::new(700)));
    assert_eq!(SearchOffset::new(1_000), None);
}

proptest! {
    #[test]
    fn whatever_is_looked_for_few_short_words_of_letters_and_digits_are_taken_from_it(text in any::<String>()) {
        let words = SearchWords::of(&text);
        prop_assert!(words.as_slice().len() <= SearchWords::MAXIMUM_WORDS);
        for word in words.as_slice() {
            prop_assert!(!word.is_empty() && word.chars().count() <= SearchWords::MAXIMUM_WORD_LENGTH);
            prop_assert!(word.chars().all(char::is_alphanumeric));
        }
    }
}
