use crate::failure::{Outcome, While};
use std::path::Path;

/// A word that is in the titles of so few books that a search for it finds them all on one page.
pub const RARE_WORD: &str = "zymurgy";

/// How many books have it, however many there are.
const RARE_BOOKS: u64 = 10;

/// The columns of the file, the same as those of real catalogues that have been published.
const COLUMNS: [&str; 6] = ["isbn", "title", "authors", "original_publication_year", "language_code", "books_count"];

const ADJECTIVES: [&str; 16] = [
    "Silent", "Distant", "Broken", "Golden", "Hidden", "Last", "Secret", "Burning", "Gentle", "Lost", "Crimson", "Endless",
    "Frozen", "Little", "Wild", "Ancient",
];
const NOUNS: [&str; 16] = [
    "River", "Garden", "Winter", "Machine", "House", "Letter", "Mountain", "Daughter", "Library", "Island", "Shadow", "Empire",
    "Kitchen", "Orchard", "Mirror", "Voyage",
];
const FIRST_NAMES: [&str; 8] = ["Jane", "José", "Émile", "Virginia", "Toni", "Haruki", "Chinua", "Zadie"];
const LAST_NAMES: [&str; 8] = ["Austen", "Saramago", "Zola", "Woolf", "Morrison", "Murakami", "Achebe", "Smith"];

/// Writes so many books into a new file. They are the same in every run.
///
/// # Errors
/// Where the file cannot be written.
pub fn generate(file: &Path, count: u64) -> Outcome<()> {
    let mut writer = csv::Writer::from_path(file).doing(file.display())?;
    writer.write_record(COLUMNS).doing(file.display())?;
    for number in 0..count {
        writer.write_record(book(number, count)).doing(file.display())?;
    }
    writer.flush().doing(file.display())
}

fn book(number: u64, count: u64) -> [String; 6] {
    let pick = |words: &[&'static str], divisor: u64| {
        let place = usize::try_from(number / divisor % words.len() as u64).unwrap_or(0);
        words[place]
    };
    let is_rare = number.is_multiple_of((count / RARE_BOOKS).max(1));
    let rare = if is_rare { format!(" of {RARE_WORD}") } else { String::new() };
    let title = format!("The {} {}{rare} ({} Stories, #{})", pick(&ADJECTIVES, 1), pick(&NOUNS, 16), pick(&NOUNS, 3), number + 1);
    let author = format!("{} {}", pick(&FIRST_NAMES, 5), pick(&LAST_NAMES, 40));
    // As a spreadsheet leaves them: without the zeros that they began with.
    [
        (100_000_000 + number).to_string(),
        title,
        author,
        (1_850 + number % 170).to_string(),
        "eng".to_owned(),
        (number % 300).to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::{RARE_BOOKS, RARE_WORD, book};
    use std::collections::BTreeSet;

    #[test]
    fn no_two_generated_books_have_one_isbn() {
        let isbns: BTreeSet<_> = (0..1_000).map(|number| book(number, 1_000)[0].clone()).collect();
        assert_eq!(isbns.len(), 1_000);
    }

    #[test]
    fn however_many_there_are_as_many_have_the_rare_word() {
        for count in [1_000_u64, 20_000] {
            let rare = (0..count).filter(|number| book(*number, count)[1].contains(RARE_WORD)).count();
            assert_eq!(rare as u64, RARE_BOOKS);
        }
    }
}
