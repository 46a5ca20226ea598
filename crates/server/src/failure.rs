use crate::config::ConfigProblems;
use library_notification_infra::InvalidSmtpSettings;
use library_shared_domain::DependencyError;
use library_shared_infra::{
    cache::RedisConnectError,
    database::{ConnectError, MigrationError},
};
use std::{error::Error, io, process::ExitCode};
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
    #[error("{what} failed")]
    Io { what: &'static str, source: io::Error },
    #[error("the server at {url} is not well: {reason}")]
    Unhealthy { url: String, reason: String },
}

impl Failure {
    /// The server stopped serving although nobody told it to.
    pub fn ended(outcome: Result<io::Result<()>, JoinError>) -> Self {
        let source = match outcome {
            Ok(Ok(())) => io::Error::other("it ended by itself"),
            Ok(Err(error)) => error,
            Err(error) => io::Error::other(error),
        };
        Self::Io { what: "serving", source }
    }

    /// Tells the operator, on stderr, and answers with the exit code.
    #[expect(clippy::print_stderr, reason = "a command's failure is told where the command was given")]
    pub fn report(self) -> ExitCode {
        let mut message = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = error.source();
        }
        eprintln!("library-server: {message}");
        match self {
            Self::Config(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}
