use super::{ImportOptions, rows::Row};
use crate::failure::Failure;
use csv::Writer;
use library_book_app::AddBookOutcome;
use std::{fs::File, io, path::PathBuf};

/// The most characters of a cell that the report shows.
const LONGEST_CELL: usize = 200;

/// The file that has a line for every refused row, and the counts of all.
pub struct Report {
    writer: Writer<File>,
    path: PathBuf,
    added: u64,
    duplicate: u64,
    refused: u64,
}

impl Report {
    /// Begins the report, over one of an earlier run.
    ///
    /// # Errors
    /// Where it cannot be written, or is the file that is imported.
    pub fn create(options: &ImportOptions) -> Result<Self, Failure> {
        let path = options.report_path();
        let place = |path: &PathBuf| path.canonicalize().ok();
        if place(&path).is_some_and(|report| Some(report) == place(&options.file)) {
            return Err(Failure::CommandLine(format!("the report would overwrite {}", path.display())));
        }
        let file = File::create(&path).map_err(|source| unwritable(&path, source))?;
        let mut report = Self { writer: Writer::from_writer(file), path, added: 0, duplicate: 0, refused: 0 };
        report.write(["line", "reason", "isbn", "title"])?;
        Ok(report)
    }

    /// Tells what came of these rows, in their order: of those that are books by the outcomes, as far as these go.
    ///
    /// # Errors
    /// Where the report cannot be written.
    pub fn tell(&mut self, rows: &[Row], outcomes: Vec<AddBookOutcome>) -> Result<(), Failure> {
        let mut outcomes = outcomes.into_iter();
        for row in rows {
            let reason = match &row.judged {
                Err(reason) => {
                    self.refused += 1;
                    reason.clone()
                }
                Ok(_) => match outcomes.next() {
                    Some(AddBookOutcome::Added(_)) => {
                        self.added += 1;
                        continue;
                    }
                    Some(AddBookOutcome::Duplicate { existing }) => {
                        self.duplicate += 1;
                        format!("duplicate of the book {existing}")
                    }
                    None => break,
                },
            };
            self.write([&row.line.to_string(), &reason, &shown(&row.isbn), &shown(&row.title)])?;
        }
        self.flush()
    }

    /// Has everything written out that was told.
    ///
    /// # Errors
    /// Where the report cannot be written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|source| unwritable(&self.path, source))
    }

    /// What came of all rows, in a sentence.
    pub fn summary(&self) -> String {
        let Self { added, duplicate, refused, path, .. } = self;
        format!("{added} added, {duplicate} duplicate, {refused} refused; {} has every row that was not added", path.display())
    }

    fn write<const CELLS: usize>(&mut self, cells: [&str; CELLS]) -> Result<(), Failure> {
        self.writer.write_record(cells).map_err(|error| unwritable(&self.path, error.into()))
    }
}

/// What stands in a cell, as the report shows it: not all of what is very long, and nothing that a spreadsheet takes for a formula.
fn shown(cell: &str) -> String {
    let formula = if cell.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    formula.chars().chain(cell.chars().take(LONGEST_CELL)).collect()
}

fn unwritable(path: &std::path::Path, source: io::Error) -> Failure {
    Failure::File { path: path.display().to_string(), action: "written", source }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_CELL, shown};

    #[test]
    fn a_cell_is_no_formula_and_not_very_long() {
        assert_eq!(shown("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(shown("Emma"), "Emma");
        assert_eq!(shown(&"é".repeat(LONGEST_CELL + 1)).chars().count(), LONGEST_CELL);
    }
}
