//! Throwaway Redis servers.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream, ToSocketAddrs},
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use url::Url;

use super::{
    certificates::ServerCertificate,
    process::{Plan, ServerProcess, blocking, directory_with, free_port, on_free_port, search_path, variable},
};

/// Each test that asks gets a database of its own, so there have to be more of them than tests in one process.
const DATABASES: u32 = 10_000;

/// A server that is configured by nobody has so many.
const USUAL_DATABASES: u32 = 16;

const ANSWER_LIMIT: Duration = Duration::from_secs(2);

static SHARED: OnceLock<Result<Shared, String>> = OnceLock::new();

enum Shared {
    Throwaway(RedisServer),
    Given(Url),
}

/// The URL of an empty Redis database for one test's own use, `redis://127.0.0.1:…/N`.
///
/// It lies on a `redis-server` that is started once for the test process and ends with it; where `TEST_REDIS_URL` is
/// set, on that server instead: there the databases 0 to 15 are handed out in turn, each emptied first.
///
/// # Panics
/// When there is neither `redis-server` nor `TEST_REDIS_URL`, or the server cannot be used.
pub async fn redis_url_of_its_own() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    blocking(move || SHARED.get_or_init(Shared::start).as_ref().map_err(Clone::clone)?.database(number))
        .await
        .unwrap_or_else(|reason| panic!("{reason}"))
}

/// A `redis-server` of one test's own, to be killed, frozen and started again; it ends when it is dropped.
pub struct RedisServer {
    port: u16,
    tls_port: Option<u16>,
    process: Arc<ServerProcess>,
}

impl RedisServer {
    /// Starts an empty server on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When `redis-server` is not installed or does not start.
    pub async fn start() -> Self {
        blocking(Self::launch).await.unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// The same, speaking TLS with this certificate on a port of its own as well.
    ///
    /// # Panics
    /// As [`start`](Self::start) does.
    pub async fn start_with_tls(certificate: &ServerCertificate) -> Self {
        let pem = (certificate.pem(), certificate.key_pem());
        blocking(move || Self::launch_with(Some(&pem))).await.unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// `rediss://<host>:…/0`, by this name of the server's; on its port nothing but TLS is spoken.
    ///
    /// # Panics
    /// Where it was started without.
    #[must_use]
    pub fn tls_url(&self, host: &str) -> String {
        format!("rediss://{host}:{}/0", self.tls_port.expect("it was started with TLS"))
    }

    /// `redis://127.0.0.1:…/0`; it stays the same when the server is started again.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(0)
    }

    /// `unix://…`: the same server, over a socket in the file system.
    #[must_use]
    pub fn socket_url(&self) -> String {
        format!("unix://{}", self.process.directory().join("redis.sock").display())
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends the server with SIGKILL: clients see their connections close, and new ones are refused.
    pub async fn kill(&self) {
        self.blocking(ServerProcess::stop).await;
    }

    /// Starts the server again on the same port, empty; one that still runs is killed first.
    pub async fn restart(&self) {
        let port = self.port;
        self.blocking(move |process| process.restart(|_, pid| answers(port, pid))).await;
    }

    /// Suspends the server with SIGSTOP: it accepts connections and never answers.
    pub async fn freeze(&self) {
        self.blocking(ServerProcess::freeze).await;
    }

    /// Lets a frozen server go on.
    pub async fn thaw(&self) {
        self.blocking(ServerProcess::thaw).await;
    }

    fn launch() -> Result<Self, String> {
        Self::launch_with(None)
    }

    fn launch_with(certificate: Option<&(String, String)>) -> Result<Self, String> {
        let program = find_program().ok_or(
            "these tests need Redis: install it (apt-get install redis-server), \
             or set TEST_REDIS_URL to a server whose databases may be emptied",
        )?;
        on_free_port(|port| {
            let tls_port = certificate.is_some().then(free_port);
            let tls = tls_port.map(|port| {
                format!("--tls-port {port} --tls-cert-file server.pem --tls-key-file server.key --tls-ca-cert-file server.pem --tls-auth-clients no ")
            });
            let (pem, key) = certificate.cloned().unwrap_or_default();
            let arguments = format!(
                "{}--port {port} --bind 127.0.0.1 --appendonly no --databases {DATABASES} --daemonize no \
                 --unixsocket redis.sock --save",
                tls.unwrap_or_default()
            );
            let plan = Plan {
                name: "redis",
                prepare: "umask 077 && printf %s \"$CERTIFICATE\" >server.pem && printf %s \"$KEY\" >server.key".to_owned(),
                environment: vec![("CERTIFICATE", pem.into()), ("KEY", key.into())],
                command: std::iter::once(program.clone().into())
                    .chain(arguments.split(' ').map(Into::into))
                    .chain(["".into()])
                    .collect(),
                stop_signal: "KILL",
                run_as: None,
            };
            let process = ServerProcess::start(plan, |_: &Path, pid| answers(port, pid))?;
            Ok(Self { port, tls_port, process: Arc::new(process) })
        })
    }

    fn url_of(&self, database: u32) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }

    async fn blocking(&self, order: impl FnOnce(&ServerProcess) + Send + 'static) {
        let process = Arc::clone(&self.process);
        blocking(move || order(&process)).await;
    }
}

impl Shared {
    fn start() -> Result<Self, String> {
        let Some(url) = variable("TEST_REDIS_URL") else { return RedisServer::launch().map(Self::Throwaway) };
        let url = Url::parse(&url).map_err(|error| format!("TEST_REDIS_URL is no URL: {error}"))?;
        if url.scheme() != "redis" {
            return Err("TEST_REDIS_URL has to begin with redis://".to_owned());
        }
        Ok(Self::Given(url))
    }

    fn database(&self, number: u32) -> Result<String, String> {
        match self {
            Self::Throwaway(server) if number < DATABASES => Ok(server.url_of(number)),
            Self::Throwaway(_) => Err(format!("more than {DATABASES} tests of one process asked for a Redis database")),
            Self::Given(url) => {
                let mut url = url.clone();
                url.set_path(&(number % USUAL_DATABASES).to_string());
                empty(&url).map_err(|reason| format!("TEST_REDIS_URL cannot be used: {reason}"))?;
                Ok(url.into())
            }
        }
    }
}

fn find_program() -> Option<PathBuf> {
    let places = search_path().into_iter().chain(["/usr/bin", "/usr/local/bin", "/usr/sbin"].map(PathBuf::from));
    directory_with(&["redis-server"], places).map(|place| place.join("redis-server"))
}

/// Whether the process `pid`, and no stranger that took the port first, answers there.
fn answers(port: u16, pid: u32) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    ask(&mut stream, &["INFO", "server"]).is_ok_and(|answer| answer.contains(&format!("process_id:{pid}\r\n")))
}

fn empty(url: &Url) -> Result<(), String> {
    let host = url.host_str().ok_or("it names no host")?;
    let addresses = (host, url.port().unwrap_or(6379)).to_socket_addrs().map_err(|error| format!("{host}: {error}"))?;
    let mut stream = addresses
        .map(|address| TcpStream::connect_timeout(&address, ANSWER_LIMIT))
        .reduce(Result::or)
        .ok_or_else(|| format!("{host} has no address"))?
        .map_err(|error| format!("{host}: {error}"))?;
    if let Some(password) = url.password() {
        let user = if url.username().is_empty() { "default" } else { url.username() };
        ask(&mut stream, &["AUTH", user, password])?;
    }
    ask(&mut stream, &["SELECT", url.path().trim_start_matches('/')])?;
    ask(&mut stream, &["FLUSHDB"]).map(drop)
}

/// Sends one command and reads one status, error or bulk answer.
fn ask(stream: &mut TcpStream, command: &[&str]) -> Result<String, String> {
    let exchange = |stream: &mut TcpStream| -> std::io::Result<String> {
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        stream.set_write_timeout(Some(ANSWER_LIMIT))?;
        let words = command.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
        stream.write_all(format!("*{}\r\n{}", command.len(), words.collect::<String>()).as_bytes())?;
        let line = read_line(stream)?;
        let Some(length) = line.strip_prefix('$').and_then(|length| length.parse().ok()) else { return Ok(line) };
        let mut bulk = vec![0; length];
        stream.read_exact(&mut bulk)?;
        Ok(String::from_utf8_lossy(&bulk).into_owned())
    };
    match exchange(stream) {
        Ok(answer) if answer.starts_with('-') => Err(answer),
        Ok(answer) => Ok(answer),
        Err(error) => Err(error.to_string()),
    }
}

fn read_line(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte)?;
        line.extend(byte);
    }
    line.truncate(line.len() - 2);
    Ok(String::from_utf8_lossy(&line).into_owned())
}
