use super::ImportOptions;
use crate::failure::Failure;
use csv::{ByteRecord, StringRecord};
use library_book_app::AddBookCommand;
use library_book_domain::{Author, BookDetails, Description, Isbn, Title};
use std::fmt::Display;

/// What the description's column is called where nothing is said.
const DESCRIPTION: &str = "description";

/// Where in a row the fields of a book are.
pub struct Columns {
    title: Column,
    author: Column,
    isbn: Column,
    description: Option<Column>,
    pad_isbn: bool,
    /// How many columns there are.
    count: usize,
}

struct Column {
    name: String,
    place: usize,
}

impl Columns {
    /// Finds the columns by their names in the header.
    ///
    /// # Errors
    /// Where a column is missing: with its name, and with the columns that there are.
    pub fn find(header: &ByteRecord, options: &ImportOptions) -> Result<Self, Failure> {
        let names: Vec<_> = header.iter().map(|name| String::from_utf8_lossy(name.trim_ascii())).collect();
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let find = |name: &str| {
            let missing = || format!("{} has no column `{name}`; it has {}", options.file.display(), listed(&names));
            let place = position(name).ok_or_else(|| Failure::CommandLine(missing()));
            place.map(|place| Column { name: name.to_owned(), place })
        };
        let description = match options.description_column.as_deref() {
            Some("-") => None,
            Some(name) => Some(find(name)?),
            None => position(DESCRIPTION).map(|_| find(DESCRIPTION)).transpose()?,
        };
        Ok(Self {
            title: find(&options.title_column)?,
            author: find(&options.author_column)?,
            isbn: find(&options.isbn_column)?,
            description,
            pad_isbn: options.pad_isbn,
            count: names.len(),
        })
    }

    /// The ISBN and the title of a row, as far as it has them, so that people recognise it.
    pub fn recognise(&self, row: &ByteRecord) -> (String, String) {
        let cell = |column: &Column| String::from_utf8_lossy(row.get(column.place).unwrap_or_default()).into_owned();
        (cell(&self.isbn), cell(&self.title))
    }

    /// The book that a row is.
    ///
    /// # Errors
    /// Where it is none: with every reason, by column.
    pub fn judge(&self, row: &ByteRecord) -> Result<AddBookCommand, String> {
        if row.len() != self.count {
            return Err(format!("has {} columns instead of {}", row.len(), self.count));
        }
        let row = StringRecord::from_byte_record(row.clone()).map_err(|_| "is not UTF-8".to_owned())?;
        let mut reasons = Vec::new();
        let isbn = if self.pad_isbn { Isbn::parse_without_leading_zeros } else { Isbn::parse };
        let isbn = required(&row, &self.isbn, isbn, &mut reasons);
        let title = required(&row, &self.title, Title::parse, &mut reasons);
        let author = required(&row, &self.author, Author::parse, &mut reasons);
        let description = match &self.description {
            Some(column) => parse(&row, column, Description::parse, &mut reasons),
            None => Some(Description::default()),
        };
        match (isbn, title, author, description) {
            (Some(isbn), Some(title), Some(author), Some(description)) => {
                Ok(AddBookCommand { isbn, details: BookDetails { title, author, description } })
            }
            _ => Err(reasons.join("; ")),
        }
    }
}

/// An empty cell is as good as none.
fn required<T, E: Display>(
    row: &StringRecord,
    column: &Column,
    rule: impl FnOnce(&str) -> Result<T, E>,
    reasons: &mut Vec<String>,
) -> Option<T> {
    if row.get(column.place).is_some_and(|text| !text.trim().is_empty()) {
        return parse(row, column, rule, reasons);
    }
    reasons.push(format!("{}: is missing", column.name));
    None
}

fn parse<T, E: Display>(
    row: &StringRecord,
    column: &Column,
    rule: impl FnOnce(&str) -> Result<T, E>,
    reasons: &mut Vec<String>,
) -> Option<T> {
    let text = row.get(column.place).unwrap_or_default();
    rule(text).map_err(|error| reasons.push(format!("{}: {error}", column.name))).ok()
}

fn listed(names: &[impl Display]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
