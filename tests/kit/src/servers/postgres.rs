//! Throwaway PostgreSQL servers.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    certificates::ServerCertificate,
    database::{Maintenance, TestDatabase},
    process::{Plan, ServerProcess, blocking, directory_with, find_user, is_root, on_free_port, search_path},
};

/// Nothing here outlives a crash of the machine, so nothing waits for a disk (but a commit does survive a crash of the
/// server, so `synchronous_commit` stays on). What is in the directory goes with it: no socket in `/run`, no shared
/// memory in `/dev/shm`.
const SETTINGS: [&str; 11] = [
    "fsync=off",
    "full_page_writes=off",
    "max_connections=300",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "dynamic_shared_memory_type=mmap",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "jit=off",
    "timezone=UTC",
];

/// Both lie beside the cluster, whose directory the names are seen from.
const TLS_SETTINGS: [&str; 3] = ["ssl=on", "ssl_cert_file=../server.pem", "ssl_key_file=../server.key"];

/// A PostgreSQL server of one test's own, to be stopped, frozen and started again; it ends when it is dropped.
///
/// It takes about a second to start: a test that only wants a database asks [`postgres_database`](super::postgres_database).
pub struct PostgresServer {
    port: u16,
    process: Arc<ServerProcess>,
}

impl PostgresServer {
    /// Makes a new cluster and starts it on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub async fn start() -> Self {
        blocking(Self::launch).await.unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// The same, offering TLS with this certificate to whom wants it.
    ///
    /// # Panics
    /// As [`start`](Self::start) does.
    pub async fn start_with_tls(certificate: &ServerCertificate) -> Self {
        let pem = (certificate.pem(), certificate.key_pem());
        blocking(move || Self::launch_with(Some(&pem))).await.unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// A new, empty database on this server.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn database(&self) -> TestDatabase {
        TestDatabase::create(&Maintenance::of(self, false), "template0").await
    }

    /// The URL of the server's own database, `postgres`, by a user who may do everything.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The port that it listens on; it stays the same when the server is started again.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends the server as a crash would: clients see their connections close, and new ones are refused.
    pub async fn kill(&self) {
        self.blocking(ServerProcess::stop).await;
    }

    /// Starts the server again on the same port, with its data; one that still runs is ended first.
    pub async fn restart(&self) {
        self.blocking(|process| process.restart(is_ready)).await;
    }

    /// Suspends the server and all its sessions: it accepts connections and never answers.
    pub async fn freeze(&self) {
        self.blocking(ServerProcess::freeze).await;
    }

    /// Lets a frozen server go on.
    pub async fn thaw(&self) {
        self.blocking(ServerProcess::thaw).await;
    }

    pub(super) fn launch() -> Result<Self, String> {
        Self::launch_with(None)
    }

    fn launch_with(certificate: Option<&(String, String)>) -> Result<Self, String> {
        let programs = find_programs().ok_or(
            "these tests need PostgreSQL: install it (apt-get install postgresql), \
             or set TEST_DATABASE_URL to a server and a user that may create databases",
        )?;
        // PostgreSQL refuses to run as root.
        let run_as = if is_root() {
            Some(
                find_user(&["postgres", "nobody"])
                    .ok_or("PostgreSQL cannot run as root, and there is no user postgres or nobody")?,
            )
        } else {
            None
        };
        on_free_port(|port| {
            let tls: &[&str] = if certificate.is_some() { &TLS_SETTINGS } else { &[] };
            let settings = SETTINGS.iter().chain(tls).flat_map(|setting| ["-c", setting]);
            let (pem, key) = certificate.cloned().unwrap_or_default();
            let plan = Plan {
                name: "postgres",
                prepare: "umask 077 && printf %s \"$CERTIFICATE\" >server.pem && printf %s \"$KEY\" >server.key && \
                          \"$INITDB\" --pgdata=data --username=postgres --auth=trust \
                          --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions"
                    .to_owned(),
                environment: vec![("INITDB", programs.join("initdb").into()), ("CERTIFICATE", pem.into()), ("KEY", key.into())],
                command: std::iter::once(programs.join("postgres").into())
                    .chain(["-D", "data", "-p", &port.to_string()].map(Into::into))
                    .chain(settings.map(Into::into))
                    .collect(),
                stop_signal: "QUIT",
                run_as,
            };
            let process = ServerProcess::start(plan, is_ready)?;
            Ok(Self { port, process: Arc::new(process) })
        })
    }

    async fn blocking(&self, order: impl FnOnce(&ServerProcess) + Send + 'static) {
        let process = Arc::clone(&self.process);
        blocking(move || order(&process)).await;
    }
}

/// Debian and Ubuntu keep the programs of a server out of `PATH`.
fn find_programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let places = search_path().into_iter().chain(versions.into_iter().map(|(_, path)| path));
    directory_with(&["initdb", "postgres"], places)
}

/// The server says so in a file of its own directory; a stranger that took the port could not.
fn is_ready(directory: &Path, pid: u32) -> bool {
    let status = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap_or_default();
    let mut lines = status.lines();
    lines.next() == Some(&pid.to_string()) && lines.nth(6).is_some_and(|line| line.starts_with("ready"))
}
