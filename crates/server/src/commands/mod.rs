//! What the binary can be asked to do, one command a file.

mod healthcheck;
mod import;
mod migrate;
mod notifications;
mod openapi;
mod serve;

pub use healthcheck::healthcheck;
pub use import::{ImportOptions, import};
pub use migrate::migrate;
pub use notifications::{list_notifications, retry_notifications};
pub use openapi::openapi;
pub use serve::{dev, serve, worker};

use crate::failure::Failure;
use std::io::{self, Write};

/// Writes a line of a command's answer to stdout. Whoever has read enough, and closed it, is no failure.
fn answer(line: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Io { what: "writing the answer", source: error }),
        _ => Ok(()),
    }
}
