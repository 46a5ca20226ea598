use crate::{Backend, Client, Log, Storage, command::prepared, eventually, process::Process};
use std::{
    collections::BTreeMap,
    ops::Deref,
    path::{Path, PathBuf},
    process::ExitStatus,
};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// The key that the servers sign with.
pub const KEY: &str = "a key of the tests, which is no secret";

/// What a process logs with the address of its metrics, where that is one of their own.
const METRICS_SERVER_STARTED: &str = "metrics_server_started";

/// A running `library-server`, asked through the [`Client`] that it derefs to. It is killed when this is dropped.
pub struct Server {
    process: Process,
    log: Log,
    stderr: Log,
    client: Client,
    builder: ServerBuilder,
    _directory: Option<TempDir>,
}

/// What a server is to be started with.
#[derive(Clone)]
pub struct ServerBuilder {
    command: Vec<&'static str>,
    storage: Option<Storage>,
    variables: BTreeMap<String, String>,
    directory: Directory,
}

#[derive(Clone)]
enum Directory {
    Own,
    Given(PathBuf),
}

impl Server {
    /// A server on new databases.
    pub async fn start(backend: Backend) -> Self {
        Self::builder(backend).await.start().await
    }

    /// A server on new databases, to be told more.
    pub async fn builder(backend: Backend) -> ServerBuilder {
        Self::on(&Storage::new(backend).await)
    }

    /// A server on these databases. It limits nobody, because the tests ask for more than any client: a test of limits switches them on
    /// again.
    #[must_use]
    pub fn on(storage: &Storage) -> ServerBuilder {
        let builder = ServerBuilder {
            command: vec!["serve"],
            storage: Some(storage.clone()),
            variables: BTreeMap::new(),
            directory: Directory::Own,
        };
        builder
            .with("DATABASE_URL", storage.database_url())
            .with("REDIS_URL", storage.redis_url())
            .with("JWT_SECRET_KEY", KEY)
            .with("RATE_LIMIT", "off")
            .with("PORT", "0")
            .with("LOG_FORMAT", "json")
    }

    /// A worker on these databases, to be asked where its metrics are, if it has an address for them.
    #[must_use]
    pub fn worker_on(storage: &Storage) -> ServerBuilder {
        let builder = Self::on(storage).with("METRICS_ADDR", "127.0.0.1:0").without("PORT");
        ServerBuilder { command: vec!["worker"], ..builder }
    }

    /// The server of `library-server dev` in this directory, told nothing but to find itself a port and to log as JSON.
    #[must_use]
    pub fn dev_in(directory: &Path) -> ServerBuilder {
        let builder = ServerBuilder {
            command: vec!["dev"],
            storage: None,
            variables: BTreeMap::new(),
            directory: Directory::Given(directory.to_owned()),
        };
        builder.with("PORT", "0").with("LOG_FORMAT", "json")
    }

    /// What it has logged since it was started last.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// [`log`](Self::log), with everything that was logged before this is called: lines are written in order, but not at once.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn caught_up_log(&self) -> &Log {
        let answer = self.get("/health/live").await;
        self.log.events_of_request(answer.header("X-Request-Id").expect("each answer has one")).await;
        &self.log
    }

    /// What it has said on stderr since it was started last.
    #[must_use]
    pub const fn stderr(&self) -> &Log {
        &self.stderr
    }

    /// A client of its metrics, which have an address of their own.
    pub async fn metrics(&self) -> Client {
        let started = self.log.wait_for(METRICS_SERVER_STARTED, |_| true).await;
        Client::new(started["address"].as_str().expect("an address"))
    }

    /// The databases that it runs on.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        self.builder.storage.as_ref().expect("a server of `dev` has none of the tests' own")
    }

    /// How many bytes of memory it has resident.
    #[must_use]
    pub fn resident_memory(&self) -> usize {
        self.process.resident_memory()
    }

    /// How many files and connections it has open.
    #[must_use]
    pub fn open_files(&self) -> usize {
        self.process.open_files()
    }

    /// Asks it to end, with SIGTERM, and does not wait.
    pub fn ask_to_end(&self) {
        self.process.ask_to_end();
    }

    /// How it ended, once it has.
    pub async fn end(&mut self) -> ExitStatus {
        self.process.end().await
    }

    /// Ends it with SIGTERM; how it ended.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.ask_to_end();
        self.end().await
    }

    /// Ends it with SIGKILL, in whatever it does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same databases and with the same variables; one that still runs is killed first.
    pub async fn restart(&mut self) {
        self.restart_with(|builder| builder).await;
    }

    /// Starts it again, told something else.
    pub async fn restart_with(&mut self, change: impl FnOnce(ServerBuilder) -> ServerBuilder) {
        self.kill();
        *self = change(self.builder.clone()).start().await;
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl ServerBuilder {
    /// With this variable in its environment, over what stands there.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Without this variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// With this option after the command.
    #[must_use]
    pub fn with_option(mut self, option: &'static str) -> Self {
        self.command.push(option);
        self
    }

    /// Starts it; it listens when this returns.
    pub async fn start(self) -> Server {
        self.start_and_wait(None).await
    }

    /// What it logs with the address that it is to be asked at; a worker may have none.
    fn started(&self) -> &'static str {
        match self.command[0] {
            "worker" if self.variables.contains_key("METRICS_ADDR") => METRICS_SERVER_STARTED,
            "worker" => "worker_started",
            _ => "server_started",
        }
    }

    /// Starts it, where it does not log its address, which has been given to it; it listens when this returns.
    pub async fn start_at(self, address: &str) -> Server {
        self.start_and_wait(Some(address)).await
    }

    async fn start_and_wait(self, given: Option<&str>) -> Server {
        let own = matches!(self.directory, Directory::Own).then(|| TempDir::new().expect("a directory can be made"));
        let directory = match (&self.directory, &own) {
            (Directory::Given(path), _) => path.as_path(),
            (Directory::Own, own) => own.as_ref().expect("it has just been made").path(),
        };
        let (log, stderr) = (Log::default(), Log::default());
        let mut process = Process::spawn(prepared(directory).args(&self.command).envs(&self.variables), &log, &stderr);
        let address = eventually("a server that listens", async || {
            assert!(process.is_running(), "the server ended: {:#?} {:#?}", stderr.lines(), log.lines());
            match given {
                Some(given) => TcpStream::connect(given).await.is_ok().then(|| given.to_owned()),
                None => log.lines().iter().find_map(|line| address(line, self.started())),
            }
        })
        .await;
        Server { process, log, stderr, client: Client::new(&address), builder: self, _directory: own }
    }
}

/// The address in the line that says that it is listened on, in either format.
fn address(line: &str, started: &str) -> Option<String> {
    if let Ok(event) = serde_json::from_str::<serde_json::Value>(line) {
        return (event["message"] == started).then(|| event["address"].as_str().unwrap_or_default().to_owned());
    }
    let (_, rest) = line.split_once(&format!(" {started} address="))?;
    rest.split(' ').next().map(str::to_owned)
}
