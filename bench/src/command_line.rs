use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Measures the service against what the machine can do at best, in one run.
#[derive(Parser)]
#[command(name = "bench", version)]
pub struct CommandLine {
    /// Another thing to measure than the table of ratios.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// What the table is made with.
    #[command(flatten)]
    pub options: Options,
}

/// What is measured beside the table.
#[derive(Subcommand)]
pub enum Task {
    /// Counts the instructions of a request of each kind, by callgrind.
    Instructions(InstructionOptions),
}

/// How instructions are counted.
#[derive(Args)]
pub struct InstructionOptions {
    /// Compare with the committed figures, and fail where a request costs more than they allow.
    #[arg(long)]
    pub check: bool,
    /// Count this often, to see how steady the figures are; the median is kept.
    #[arg(long, default_value_t = 1)]
    pub times: usize,
}

/// What the table is made with.
#[derive(Args)]
pub struct Options {
    /// The books: CSV with the columns isbn, title and authors. Without it they are generated.
    #[arg(long, value_name = "FILE")]
    pub books: Option<PathBuf>,
    /// How many books are generated.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub generate: u64,
    /// These rows alone, with commas between them (`--list` tells which there are).
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub rows: Vec<String>,
    /// Tell which rows there are, and measure nothing.
    #[arg(long)]
    pub list: bool,
    /// Every row, also those that take long.
    #[arg(long)]
    pub all: bool,
    /// How often each pair is measured.
    #[arg(long, default_value_t = 5)]
    pub rounds: u32,
    /// How many seconds each of a pair takes.
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// How many connections ask at once.
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// Add the rows to this file of results, which an earlier part of the run has written.
    #[arg(long, value_name = "FILE")]
    pub append: Option<PathBuf>,
}
