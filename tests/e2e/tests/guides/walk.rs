use crate::{
    mask::masked,
    paper::{blocks, read, section},
};
use library_e2e::{library_server, without_settings};
use library_testkit::servers::{postgres_database, redis_url_of_its_own};
use std::{
    fs,
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long the server may take to start or stop, and a paper to be walked.
const LIMIT: Duration = Duration::from_mins(1);

/// How the papers start the server, and how the README does on other databases.
const DEV: &str = "cargo run --release -- dev | tee -i library.log";
const SERVE: &str = "cargo run --release -- serve | tee -i library.log";

/// Where the papers find the server.
const ADDRESS: &str = "http://localhost:8000";

/// Pastes the paper's blocks of `bash` into two terminals, as it says: the first block starts the server, the others print what the
/// blocks of `text` show.
pub fn walk_on_dev(paper: &str) {
    let server = Server::start(DEV);
    assert_printed(paper, &server);
    server.stop();
    for kept in ["library.db", "library.key", "library.log"] {
        assert!(server.directory.path().join(kept).exists(), "{kept} is not there");
    }
}

/// The same, on the server that the README starts with databases of its own.
pub async fn walk_on_postgresql_and_redis(paper: &str) {
    let text = section(&read("README.md"), "## On PostgreSQL and Redis");
    let block = blocks(&text, "sh").pop().expect("the section has a block of commands");
    let (database, redis) = (postgres_database().await, redis_url_of_its_own().await);
    let commands = block
        .replace("postgres://library:library@localhost:5432/library", database.url())
        .replace("redis://localhost:6379/0", &redis);
    assert!(commands.contains(database.url()) && commands.contains(&redis), "the addresses are not those that the test replaces");
    let (environment, command) = commands.trim_end().rsplit_once('\n').expect("several lines");
    assert_eq!(command, SERVE);

    let server = Server::start(&format!("{environment}\n{SERVE}"));
    assert_printed(paper, &server);
    server.stop();
    assert!(!server.directory.path().join("library.db").exists(), "SQLite has been used");
}

fn assert_printed(paper: &str, server: &Server) {
    let printed = masked(&printed(paper, server));
    let shown = masked(&blocks(paper, "text").concat());
    for (printed, shown) in printed.iter().zip(&shown) {
        assert_eq!(printed, shown, "what is printed, and what is shown");
    }
    assert_eq!(printed.len(), shown.len(), "so many lines are printed, and shown");
}

/// Runs the second terminal's blocks in one shell and answers with what they print.
fn printed(paper: &str, server: &Server) -> String {
    let mut blocks = blocks(paper, "bash");
    assert_eq!(blocks.remove(0).trim_end(), DEV, "the first block starts the server");
    let script = blocks.concat();
    assert!(script.contains(&format!("LIBRARY={ADDRESS}\n")), "the paper does not say where the server is");
    let script = script.replace(ADDRESS, &server.address);

    let mut shell = bash(&script, server.directory.path());
    let mut child = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("bash can be run");
    let deadline = Instant::now() + LIMIT;
    // What it prints fits into the pipes, so it never waits for us to read.
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().expect("it is our child");
            panic!("the blocks take more than {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(20));
    };
    let (mut printed, mut complaints) = (String::new(), String::new());
    child.stdout.take().expect("it is piped").read_to_string(&mut printed).expect("it is text");
    child.stderr.take().expect("it is piped").read_to_string(&mut complaints).expect("it is text");
    assert!(status.success() && complaints.is_empty(), "{status}\n{printed}\n{complaints}");
    printed
}

/// A shell that stops at the first mistake.
pub fn bash(script: &str, directory: &Path) -> Command {
    let mut command = without_settings("bash", directory);
    command.args(["-euo", "pipefail", "-c", script]).stdin(Stdio::null());
    command
}

/// The server in a folder of its own, started by the line that the papers have for it.
struct Server {
    shell: Child,
    directory: tempfile::TempDir,
    address: String,
}

impl Server {
    /// The line is run as it stands, but for where the binary is and the port.
    fn start(commands: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let commands = commands.replace("cargo run --release --", &format!("'{}'", library_server().display()));
        let mut shell = bash(&commands, directory.path());
        // A group of its own, as a terminal gives it, so that Ctrl-C can be sent to all of it.
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        let shell = shell.env("PORT", "0").stdout(Stdio::null()).spawn().expect("bash can be run");
        let mut server = Self { shell, directory, address: String::new() };
        server.address = server.wait_for(|log| {
            let started = log.lines().find(|line| line.contains("server_started"))?;
            let address = started.split("address=").nth(1)?.split(' ').next()?;
            Some(format!("http://{address}"))
        });
        server
    }

    /// Presses Ctrl-C.
    fn stop(&self) {
        self.signal("INT");
        self.wait_for(|log| log.contains("shutdown_finished").then_some(()));
    }

    fn wait_for<T>(&self, look: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + LIMIT;
        let log = self.directory.path().join("library.log");
        loop {
            let text = fs::read_to_string(&log).unwrap_or_default();
            if let Some(found) = look(&text) {
                return found;
            }
            assert!(Instant::now() < deadline, "the server's log does not say it:\n{text}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, name: &str) {
        // A group that has ended cannot be signalled, which is as well.
        let _ = Command::new("/bin/sh")
            .args(["-c", "kill -s \"$0\" -- \"-$1\"", name, &self.shell.id().to_string()])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.shell.wait();
    }
}
