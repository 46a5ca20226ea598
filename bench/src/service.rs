use crate::{
    client::Client,
    failure::{Failure, Outcome, While},
    machine::kibibytes,
};
use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a server may take until it is ready; under callgrind it is some fifty times slower.
const START_LIMIT: Duration = Duration::from_mins(2);
const END_LIMIT: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// What the servers of a run sign with: all with the same, so that a token is good on each.
const KEY: &str = "a key of the measurements, which is no secret";

/// What a server is to be started with.
#[derive(Clone)]
pub struct ServiceSettings {
    arguments: Vec<&'static str>,
    variables: Vec<(&'static str, String)>,
    wrapper: Vec<OsString>,
}

/// A running `library-server` of the release build. It is killed when this is dropped.
pub struct Service {
    process: Child,
    address: String,
    directory: TempDir,
}

impl ServiceSettings {
    /// A server as in production, on this database and this cache, that limits nobody. Its log goes to `/dev/null`: what it costs to write
    /// a line counts, what keeps the lines does not.
    #[must_use]
    pub fn new(database_url: &str, cache_url: &str) -> Self {
        let variables = vec![
            ("DATABASE_URL", database_url.to_owned()),
            ("REDIS_URL", cache_url.to_owned()),
            ("JWT_SECRET_KEY", KEY.to_owned()),
            ("ENVIRONMENT", "prod".to_owned()),
            ("APP_BASE_URL", "https://library.example".to_owned()),
            ("SMTP_HOST", "127.0.0.1".to_owned()),
            ("SMTP_PORT", "9".to_owned()),
            ("LOG_FORMAT", "json".to_owned()),
            ("RATE_LIMIT", "off".to_owned()),
            // A run takes longer than a token of the default is good for.
            ("ACCESS_TOKEN_TTL_MINUTES", "1440".to_owned()),
        ];
        Self { arguments: vec!["serve"], variables, wrapper: Vec::new() }
    }

    /// With this variable, over what stands there.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Without a worker, which leaves nothing running beside the requests.
    #[must_use]
    pub fn without_worker(mut self) -> Self {
        self.arguments.push("--no-worker");
        self
    }

    /// Run by this command, such as valgrind.
    #[must_use]
    pub fn under(mut self, wrapper: impl IntoIterator<Item = OsString>) -> Self {
        self.wrapper = wrapper.into_iter().collect();
        self
    }
}

impl Service {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// Where it ends instead, or takes too long: with what it said.
    pub fn start(settings: &ServiceSettings) -> Outcome<Self> {
        let mut service = Self::spawn(settings)?;
        service.wait_until_answered("/health/ready", START_LIMIT)?;
        Ok(service)
    }

    /// Starts a server and does not wait.
    ///
    /// # Errors
    /// Where it cannot be run.
    pub fn spawn(settings: &ServiceSettings) -> Outcome<Self> {
        let directory = TempDir::new().doing("making a directory")?;
        let port = free_port()?;
        let mut words = settings.wrapper.clone();
        words.push(program()?.into());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .args(&settings.arguments)
            .env_clear()
            .envs(settings.variables.iter().map(|(name, value)| (name, value)))
            .env("PORT", port.to_string())
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file(&directory.path().join("stderr"))?);
        let process = command.spawn().doing("running library-server")?;
        Ok(Self { process, address: format!("127.0.0.1:{port}"), directory })
    }

    /// Waits until it answers this path with a success.
    ///
    /// # Errors
    /// Where it ends instead, or takes too long.
    pub fn wait_until_answered(&mut self, path: &str, limit: Duration) -> Outcome<()> {
        let (client, deadline) = (self.client(), Instant::now() + limit);
        while client.get(path).is_err() {
            if self.process.try_wait().doing("looking at library-server")?.is_some() || Instant::now() > deadline {
                return Err(Failure(format!("library-server does not answer: {}", self.complaint())));
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::of(&self.address)
    }

    /// Where it listens, `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How much memory it has resident, in MiB.
    ///
    /// # Errors
    /// Where the kernel does not tell, for it has ended.
    #[expect(clippy::cast_precision_loss, reason = "no process has so much memory that a float could not count it")]
    pub fn resident_mebibytes(&self) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).doing("asking for memory")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(kibibytes);
        Ok(line.doing("reading how much memory a process has")? as f64 / 1_024.0)
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// Where it does not end, or not well.
    pub fn end(mut self) -> Outcome<()> {
        Command::new("kill").arg(self.process.id().to_string()).status().doing("sending a signal")?;
        let deadline = Instant::now() + END_LIMIT;
        loop {
            match self.process.try_wait().doing("looking at library-server")? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(Failure(format!("library-server ended with {status}: {}", self.complaint()))),
                None if Instant::now() > deadline => return Err(Failure("library-server does not end".to_owned())),
                None => thread::sleep(POLL_INTERVAL),
            }
        }
    }

    fn complaint(&self) -> String {
        fs::read_to_string(self.directory.path().join("stderr")).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server of the same build as this program, which lies beside it.
///
/// # Errors
/// Where it does not.
pub fn program() -> Outcome<PathBuf> {
    let program = env::current_exe().doing("looking for this program")?.with_file_name("library-server");
    program.exists().then_some(program).doing("looking for library-server beside this program")
}

/// An address of 127.0.0.1 that nobody listens on.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("looking for a port")?;
    Ok(listener.local_addr().doing("looking at a port")?.port())
}

fn file(path: &Path) -> Outcome<File> {
    File::create(path).doing(path.display())
}
