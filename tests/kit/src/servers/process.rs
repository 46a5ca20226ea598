//! A server process that cannot outlive the test process, and what starting one takes.

use std::{
    env,
    ffi::OsString,
    fs,
    hash::{BuildHasher, RandomState},
    io::Write,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use tokio::task::spawn_blocking;

const SUPERVISOR: &str = include_str!("supervisor.sh");

/// How long a server may take from its start to its first answer, on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How long a running server may take to stop, freeze or thaw: a little more than the supervisor gives it.
const ORDER_LIMIT: Duration = Duration::from_secs(15);

const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A port that another process takes between our choice and our use of it is chosen anew this often.
const PORT_ATTEMPTS: u32 = 5;

/// What to run.
pub(super) struct Plan {
    /// Part of the directory's name and of every message.
    pub(super) name: &'static str,
    /// Shell text run once, in the new directory, before the first start.
    pub(super) prepare: String,
    /// Environment variables for both.
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// The server and its arguments; it runs in the new directory.
    pub(super) command: Vec<OsString>,
    /// The signal that ends the server at once.
    pub(super) stop_signal: &'static str,
    /// The user and group to run as, where that is not the caller.
    pub(super) run_as: Option<(u32, u32)>,
}

/// A server under a supervising shell that stops it, and removes its directory, when this process ends in any way.
pub(super) struct ServerProcess {
    name: &'static str,
    directory: PathBuf,
    supervisor: Child,
    orders: Mutex<Option<ChildStdin>>,
}

impl ServerProcess {
    /// Starts the supervisor and the server; `is_ready` is asked with the server's process id until it says yes.
    pub(super) fn start(plan: Plan, is_ready: impl Fn(&Path, u32) -> bool) -> Result<Self, String> {
        let directory = temporary_directory().join(format!("library-{}-{:016x}", plan.name, random()));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(&directory)
            .arg(&plan.prepare)
            .arg(plan.stop_signal)
            .args(&plan.command)
            .envs(plan.environment)
            // Not the caller's directory: the other user may have no way into it.
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own, so that a signal to the tests' group leaves the cleaning up to be done.
            .process_group(0);
        if let Some((user, group)) = plan.run_as {
            command.uid(user).gid(group);
        }
        let mut supervisor = command.spawn().map_err(|error| format!("/bin/sh cannot be run: {error}"))?;
        let orders = Mutex::new(supervisor.stdin.take());
        let process = Self { name: plan.name, directory, supervisor, orders };
        process.order("start");
        process.wait_until_ready(is_ready)?;
        Ok(process)
    }

    /// The directory that the server runs in.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Ends the server at once; the directory stays.
    pub(super) fn stop(&self) {
        self.order("stop");
        self.wait_for("to stop", || self.pid().is_none());
    }

    /// Starts the server again, in the same directory with the same arguments; one that runs is stopped first.
    pub(super) fn restart(&self, is_ready: impl Fn(&Path, u32) -> bool) {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            self.stop();
            self.order("start");
            // A connection that went out from the very port may hold it for a moment.
            match self.wait_until_ready(&is_ready) {
                Ok(()) => return,
                Err(_) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL * 20),
                Err(reason) => panic!("{reason}"),
            }
        }
    }

    /// Suspends the server and its children, which keep their sockets and answer nobody.
    pub(super) fn freeze(&self) {
        self.order("freeze");
        self.wait_for("to freeze", || self.pid().is_some_and(|pid| state(pid) == Some('T')));
    }

    /// Lets a suspended server go on.
    pub(super) fn thaw(&self) {
        self.order("thaw");
        self.wait_for("to thaw", || self.pid().is_some_and(|pid| state(pid) != Some('T')));
    }

    /// The process id of the server that was started last, until it is stopped.
    fn pid(&self) -> Option<u32> {
        fs::read_to_string(self.directory.join("pid")).ok()?.trim().parse().ok()
    }

    fn order(&self, order: &str) {
        let mut orders = self.orders.lock().expect("no one panics while giving an order");
        let pipe = orders.as_mut().expect("the pipe is closed by drop alone");
        writeln!(pipe, "{order}").unwrap_or_else(|error| panic!("the supervisor of {} is gone: {error}", self.name));
    }

    fn wait_until_ready(&self, is_ready: impl Fn(&Path, u32) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if self.directory.join("failed").exists() {
                return Err(self.failure("could not be prepared"));
            }
            if let Some(pid) = self.pid() {
                if is_ready(&self.directory, pid) {
                    return Ok(());
                }
                if matches!(state(pid), None | Some('Z' | 'X')) {
                    return Err(self.failure("ended while starting"));
                }
            }
            thread::sleep(POLL_INTERVAL);
        }
        Err(self.failure(&format!("did not start within {} s", START_LIMIT.as_secs())))
    }

    fn wait_for(&self, what: &str, done: impl Fn() -> bool) {
        let deadline = Instant::now() + ORDER_LIMIT;
        while !done() {
            assert!(Instant::now() < deadline, "{}", self.failure(&format!("took too long {what}")));
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn failure(&self, what: &str) -> String {
        let log = fs::read_to_string(self.directory.join("log")).unwrap_or_else(|error| format!("(no log: {error})"));
        let lines: Vec<_> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(20)..].join("\n");
        format!("the throwaway {} {what}; its log ends:\n{tail}", self.name)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Ok(orders) = self.orders.get_mut() {
            orders.take();
        }
        // The supervisor kills what does not stop within its own limit, so this ends.
        let _ = self.supervisor.wait();
    }
}

/// Starts a server on a free port of 127.0.0.1, with another port if that one was taken meanwhile.
pub(super) fn on_free_port<T>(start: impl Fn(u16) -> Result<T, String>) -> Result<T, String> {
    let mut last = String::new();
    for _ in 0..PORT_ATTEMPTS {
        match start(free_port()) {
            Err(reason) if reason.contains("already in use") => last = reason,
            outcome => return outcome,
        }
    }
    Err(last)
}

/// A port of 127.0.0.1 that nobody listens on now.
///
/// It lies below the range from which Linux takes the ports of outgoing connections: a server that is stopped and
/// started again finds its port free, and a client that retries meanwhile cannot connect to itself.
pub(super) fn free_port() -> u16 {
    const LOWEST: u64 = 10_240;
    const HIGHEST: u64 = 32_767;
    for _ in 0..1_000 {
        let port = u16::try_from(LOWEST + random() % (HIGHEST - LOWEST + 1)).expect("the range is within that of ports");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port between {LOWEST} and {HIGHEST} is free on 127.0.0.1");
}

/// Runs what blocks for a moment, such as starting a server, where the caller's own tasks do not feel it.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(work).await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// The directory of the first of `places` that holds all `programs`.
pub(super) fn directory_with(programs: &[&str], places: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    places.into_iter().find(|place| programs.iter().all(|program| place.join(program).is_file()))
}

/// The directories of `PATH`.
pub(super) fn search_path() -> Vec<PathBuf> {
    variable("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// An environment variable; an empty one is an unset one.
#[expect(clippy::disallowed_methods, reason = "where the tests' servers are is no part of the service's configuration")]
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether this process runs as root.
pub(super) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// The ids of the first of these users that this machine has.
pub(super) fn find_user(names: &[&str]) -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    names.iter().find_map(|name| {
        let fields: Vec<_> = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == *name)?;
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    })
}

/// A number that no other process and no other call comes by: the standard library's seed for hash maps.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// Root's own directory for temporary files may be closed to the user that the server runs as.
fn temporary_directory() -> PathBuf {
    if is_root() { PathBuf::from("/tmp") } else { env::temp_dir() }
}

/// The state letter of a process as Linux gives it (`Z` has ended, `T` is suspended); none when there is no such process.
fn state(pid: u32) -> Option<char> {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it stands in brackets and may hold anything, brackets too.
    status.rsplit_once(") ")?.1.chars().next()
}
