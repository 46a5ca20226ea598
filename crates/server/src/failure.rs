use crate::config::ConfigProblems;
use library_notification_infra::InvalidSmtpSettings;
use library_shared_domain::{DependencyError, error_chain};
use library_shared_infra::{
    database::{ConnectError, MigrationError},
    redis::RedisConnectError,
};
use opentelemetry_otlp::ExporterBuildError;
use std::{io, process::ExitCode};
use tokio::task::JoinError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigProblems),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error(transparent)]
    Redis(#[from] RedisConnectError),
    #[error("mail cannot be sent with these settings")]
    Smtp(#[from] InvalidSmtpSettings),
    #[error(transparent)]
    Dependency(#[from] DependencyError),
    #[error("the address {address} cannot be listened on")]
    Bind { address: String, source: io::Error },
    #[error("{0}")]
    CommandLine(String),
    #[error("the file {path} cannot be {action}")]
    File { path: String, action: &'static str, source: io::Error },
    #[error("not every row was seen to; run the same command again")]
    Unfinished(#[source] DependencyError),
    #[error("{what} failed")]
    Io { what: &'static str, source: io::Error },
    /// The standard variables of OpenTelemetry, which it reads itself, cannot be followed.
    #[error("sending traces failed")]
    Traces(#[from] ExporterBuildError),
    #[error("the server at {url} is not well: {reason}")]
    Unhealthy { url: String, reason: String },
}

impl Failure {
    /// Something that runs until it is told to stop ended although nobody told it to.
    pub fn ended(what: &'static str, outcome: Result<io::Result<()>, JoinError>) -> Self {
        let source = match outcome {
            Ok(Ok(())) => io::Error::other("it ended by itself"),
            Ok(Err(error)) => error,
            Err(error) => io::Error::other(error),
        };
        Self::Io { what, source }
    }

    /// Tells the operator, on stderr, and answers with the exit code.
    #[expect(clippy::print_stderr, reason = "a command's failure is told where the command was given")]
    pub fn report(self) -> ExitCode {
        eprintln!("library-server: {}", error_chain(&self));
        match self {
            Self::Config(_) | Self::CommandLine(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
