use clap::Args;
use std::path::PathBuf;

/// What is imported, and how.
#[derive(Args)]
pub struct ImportOptions {
    /// The file: CSV in UTF-8, whose first line names the columns.
    pub file: PathBuf,
    /// The column of the titles.
    #[arg(long, value_name = "NAME", default_value = "title")]
    pub title_column: String,
    /// The column of the authors.
    #[arg(long, value_name = "NAME", default_value = "author")]
    pub author_column: String,
    /// The column of the ISBNs.
    #[arg(long, value_name = "NAME", default_value = "isbn")]
    pub isbn_column: String,
    /// The column of the descriptions, or - for none; where nothing is said, `description` if there is one.
    #[arg(long, value_name = "NAME")]
    pub description_column: Option<String>,
    /// Fill ISBNs of fewer than ten characters with the leading zeros that spreadsheets take off.
    #[arg(long)]
    pub pad_isbn: bool,
    /// Where the refused rows are reported; where nothing is said, beside the file, as NAME.report.csv.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

impl ImportOptions {
    /// Where the refused rows are reported.
    pub fn report_path(&self) -> PathBuf {
        self.report.clone().unwrap_or_else(|| self.file.with_extension("report.csv"))
    }
}
