mod json_lines;
mod paced;
mod traces;

pub use traces::{REQUEST_METHOD, Traces};

use crate::config::{LogFormat, LogLevel};
use json_lines::JsonLines;
use library_notification_infra::PRINTED_MAIL_TARGET;
use paced::Paced;
use std::io::{BufWriter, IsTerminal, stdout};
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    fmt::{self, format::JsonFields},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// How many lines wait to be written at most: some megabytes.
const WAITING_LINES: usize = 10_000;

/// The log, as long as this lives: what waits to be written is, when it is dropped.
pub struct Log {
    dropped: ErrorCounter,
    _writer: WorkerGuard,
}

impl Log {
    /// Tells how many lines have been dropped, because nobody read those before.
    pub fn dropped_lines(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let dropped = self.dropped.clone();
        move || u64::try_from(dropped.dropped_lines()).unwrap_or(u64::MAX)
    }
}

/// Sends the log to stdout, for people or for machines, and spans to where traces go.
///
/// A thread of its own writes the lines, many at once when there are many: no request waits for whoever reads them, and where nobody
/// does, lines are dropped.
pub fn start(level: LogLevel, format: LogFormat, traces: Option<&Traces>) -> Log {
    let (lines, writer) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(Paced(BufWriter::new(stdout())));
    let log = Log { dropped: lines.error_counter(), _writer: writer };
    let layer = fmt::layer().with_target(false).with_writer(lines);
    let layer = match format {
        LogFormat::Console => layer.with_ansi(stdout().is_terminal()).boxed(),
        LogFormat::Json => layer.fmt_fields(JsonFields::new()).event_format(JsonLines).boxed(),
    };
    // Starting twice in one process is of no consequence: the first log stays.
    let layer = layer.with_filter(filter(level));
    drop(tracing_subscriber::registry().with(layer).with(traces.map(Traces::layer)).try_init());
    log
}

/// The level is that of the library's own code. Other crates say no more than what happens: their details hold the values of queries,
/// which may be personal or secret. A mail that is printed instead of sent is shown whatever the level.
fn filter(level: LogLevel) -> Targets {
    let own = match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warning => LevelFilter::WARN,
        LogLevel::Error => LevelFilter::ERROR,
    };
    Targets::new()
        .with_default(own.min(LevelFilter::INFO))
        .with_target("library", own)
        // It calls it an error when a client sends something that is not HTTP.
        .with_target("actix_http", LevelFilter::OFF)
        .with_target(PRINTED_MAIL_TARGET, LevelFilter::INFO)
}
