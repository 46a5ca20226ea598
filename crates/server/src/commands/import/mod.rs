//! `import`: the books of a CSV file go into the catalogue.
//!
//! - `options`: what can be said on the command line; `columns`: where in the file the fields of a book are;
//! - `rows`: the file's rows, read a chunk at a time and judged, with `line_ends` beneath; `report`: what was refused, and the summary.

mod columns;
mod line_ends;
mod options;
mod report;
mod rows;

pub use options::ImportOptions;

use crate::{
    commands::answer,
    config::{Settings, Sources},
    failure::Failure,
    wiring,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use library_book_app::AddBooks;
use library_shared_domain::idempotency::Completion;
use library_shared_infra::database::Database;
use report::Report;
use rows::Rows;

/// How many rows are held in memory at a time.
const CHUNK: usize = 1_000;

/// Adds the books of the file, and reports the rows that were refused.
pub async fn import(options: &ImportOptions) -> Result<(), Failure> {
    // What is wrong with the command line is told before anything is changed.
    let url = Settings::load_database_url(&Sources::of_process()?)?;
    let rows = Rows::open(options)?;
    let mut report = Report::create(options)?;
    let database = Database::open(&url)?;
    database.check_reachable().await?;
    database.migrate().await?;
    let outcome = add_all(&wiring::add_books_command(&database), rows, &mut report).await;
    report.flush()?;
    answer(&report.summary())?;
    outcome
}

async fn add_all(add_books: &AddBooks, mut rows: Rows, report: &mut Report) -> Result<(), Failure> {
    let progress = progress_bar(rows.length());
    loop {
        let chunk = rows.next_chunk(CHUNK)?;
        if chunk.is_empty() {
            progress.finish_and_clear();
            return Ok(());
        }
        let commands = chunk.iter().filter_map(|row| row.judged.as_ref().ok().cloned()).collect();
        match add_books.execute(commands, &Completion::not_asked()).await {
            Ok(outcomes) => report.tell(&chunk, outcomes)?,
            Err(error) => {
                report.tell(&chunk, error.outcomes)?;
                return Err(Failure::Unfinished(error.source));
            }
        }
        progress.set_position(rows.position());
    }
}

/// On stderr, and only where that is a terminal: the share of the file's bytes that has been read.
fn progress_bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} % of {total_bytes}, {eta} left");
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}
