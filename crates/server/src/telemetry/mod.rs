mod traces;

pub use traces::{REQUEST_METHOD, Traces};

use crate::config::{LogFormat, LogLevel};
use library_notification_infra::PRINTED_MAIL_TARGET;
use std::io::{IsTerminal, stdout};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Sends the log to stdout, for people or for machines, and spans to where traces go.
pub fn start(level: LogLevel, format: LogFormat, traces: Option<&Traces>) {
    let layer = match format {
        LogFormat::Console => fmt::layer().with_target(false).with_ansi(stdout().is_terminal()).boxed(),
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(true).with_target(false).boxed()
        }
    };
    // Starting twice in one process is of no consequence: the first log stays.
    let log = layer.with_filter(filter(level));
    drop(tracing_subscriber::registry().with(log).with(traces.map(Traces::layer)).try_init());
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
