use crate::{
    commands::{self, ImportOptions},
    failure::Failure,
};
use clap::{Parser, Subcommand};
use library_shared_domain::NotificationId;
use std::process::ExitCode;

/// The library: books, members and loans over HTTP.
#[derive(Parser)]
#[command(name = "library-server", version, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve, as the environment and `.env` say.
    Serve {
        /// Leave what is queued, and what has expired, to a process of its own: `library-server worker`.
        #[arg(long)]
        no_worker: bool,
    },
    /// Deliver what servers queue, and remove what has expired, without serving; as the environment and `.env` say.
    Worker,
    /// Serve with SQLite in ./library.db, a cache in memory and mail printed to the log; what is set in the environment wins.
    Dev,
    /// Bring the database's schema up to date, and end.
    Migrate,
    /// Add the books of a CSV file to the catalogue, and report the rows that were refused.
    ///
    /// It may be run again: books that were added before are reported as duplicates then. Exit code 0 where the file was read to its
    /// end, whatever was refused; 1 where it was not, and what was added stays.
    Import(ImportOptions),
    /// See to the queue of notifications.
    Notifications {
        #[command(subcommand)]
        action: NotificationsAction,
    },
    /// Print the document of the API (OpenAPI 3.1), as `/openapi.json` has it.
    Openapi,
    /// Ask the server that runs on this machine whether it is well: exit code 0 or 1.
    Healthcheck {
        /// Ask the worker that runs on this machine, at `METRICS_ADDR`.
        #[arg(long)]
        worker: bool,
    },
}

#[derive(Subcommand)]
enum NotificationsAction {
    /// Show what waits to be sent and what has failed, the oldest first.
    List,
    /// Have a failed notification sent after all, or every failed one.
    Retry {
        /// Which one; all where none is given.
        id: Option<NotificationId>,
    },
}

/// Does what the command line asks for. Exit codes: 0 done; 1 failed; 2 the command line or the configuration is wrong.
pub async fn run() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Serve { no_worker } => commands::serve(no_worker).await,
        Command::Worker => commands::worker().await,
        Command::Dev => commands::dev().await,
        Command::Migrate => commands::migrate().await,
        Command::Import(options) => commands::import(&options).await,
        Command::Notifications { action: NotificationsAction::List } => commands::list_notifications().await,
        Command::Notifications { action: NotificationsAction::Retry { id } } => commands::retry_notifications(id).await,
        Command::Openapi => commands::openapi(),
        Command::Healthcheck { worker } => commands::healthcheck(worker),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
