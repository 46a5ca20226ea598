use crate::{Log, binary::library_server, process::Process};
use std::{
    ffi::OsStr,
    path::Path,
    process,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// One run of the binary, to its end, in an empty directory and with nothing in its environment but what is said here.
pub struct Command {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    directory: TempDir,
}

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What it said on stdout.
    pub stdout: String,
    /// What it said on stderr.
    pub stderr: String,
    /// How long it ran.
    pub took: Duration,
}

impl Command {
    /// A run with these arguments.
    #[must_use]
    pub fn new<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        Self { arguments: arguments.into_iter().map(str::to_owned).collect(), variables: Vec::new(), directory }
    }

    /// With this variable in its environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// With this text in the file `.env`.
    #[must_use]
    pub fn with_dotenv(self, text: &str) -> Self {
        std::fs::write(self.directory.path().join(".env"), text).expect("a file can be written");
        self
    }

    /// Runs it.
    pub async fn run(self) -> Finished {
        let (stdout, stderr) = (Log::default(), Log::default());
        let started = Instant::now();
        let status = self.spawn(&stdout, &stderr).end().await;
        let took = started.elapsed();
        Finished { code: status.code(), stdout: stdout.lines().join("\n"), stderr: stderr.lines().join("\n"), took }
    }

    /// Runs it until something has come to pass, and kills it then, if it still runs.
    pub async fn run_until(self, event: impl Future<Output = ()>) {
        let mut process = self.spawn(&Log::default(), &Log::default());
        event.await;
        process.kill();
    }

    fn spawn(&self, stdout: &Log, stderr: &Log) -> Process {
        let mut command = prepared(self.directory.path());
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        Process::spawn(&mut command, stdout, stderr)
    }
}

/// The binary, to be run in this directory.
pub fn prepared(directory: &Path) -> process::Command {
    without_settings(library_server(), directory)
}

/// A program, to be run in this directory, with nothing in its environment but where programs and the user's files are.
#[must_use]
pub fn without_settings(program: impl AsRef<OsStr>, directory: &Path) -> process::Command {
    let mut command = process::Command::new(program);
    command.env_clear().current_dir(directory);
    for name in ["PATH", "HOME"] {
        #[expect(clippy::disallowed_methods, reason = "these two are no part of the service's configuration")]
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}
