use crate::{
    paper::{blocks, read},
    walk::bash,
};
use library_e2e::library_server;
use library_testkit::servers::{postgres_database, redis_url_of_its_own};
use std::{
    collections::BTreeSet,
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long all the commands may take together.
const LIMIT: Duration = Duration::from_mins(2);

/// The ports in the guide: of the servers, and of the metrics.
const PORTS: [&str; 5] = ["8000", "8001", "9100", "9101", "9102"];

#[tokio::test(flavor = "multi_thread")]
async fn every_command_for_operators_works_as_pasted() {
    let guide = read("docs/operations.md");
    let (database, restored, redis) = (postgres_database().await, postgres_database().await, redis_url_of_its_own().await);
    let mut script = blocks(&guide, "bash").concat();
    let addresses = [
        ("postgres://library:library@localhost:5432/library", database.url()),
        ("postgres://library:library@localhost:5432/restored", restored.url()),
        ("redis://localhost:6379/0", &redis),
    ];
    for (shown, own) in addresses {
        assert!(script.contains(shown), "{shown} is not in the guide");
        script = script.replace(shown, own);
    }
    for (shown, own) in PORTS.iter().zip(free_ports()) {
        assert!(script.contains(shown), "{shown} is not in the guide");
        script =
            script.replace(&format!(":{shown}"), &format!(":{own}")).replace(&format!("PORT={shown}"), &format!("PORT={own}"));
    }
    let shown = blocks(&guide, "text").concat();
    let printed = tokio::task::spawn_blocking(move || printed(&script)).await.expect("it does not panic");
    assert_eq!(printed.lines().collect::<Vec<_>>(), shown.lines().collect::<Vec<_>>());
}

#[test]
fn no_command_for_operators_is_shown_that_is_not_run() {
    let guide = read("docs/operations.md");
    let opened: BTreeSet<_> = guide.lines().filter(|line| line.starts_with("```") && *line != "```").collect();
    // Files, beside the commands and what they print.
    assert_eq!(opened, BTreeSet::from(["```bash", "```ini", "```text", "```yaml"]));
}

/// Runs the commands in one shell, where the program is in the path, and answers with what they print.
fn printed(script: &str) -> String {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let programs = library_server().parent().expect("a program lies in a folder").display();
    let script = format!("PATH=$PATH:{programs}\n{script}");
    let (output, errors) = (directory.path().join("output"), directory.path().join("errors"));
    let create = |path| std::fs::File::create(path).expect("a file can be made");
    let mut shell = bash(&script, directory.path());
    let child = shell.process_group(0).stdout(create(&output)).stderr(create(&errors)).spawn().expect("bash can be run");
    let mut group = Group(child);
    let deadline = Instant::now() + LIMIT;
    let status = loop {
        if let Some(status) = group.0.try_wait().expect("it is our child") {
            break status;
        }
        assert!(Instant::now() < deadline, "the commands take more than {LIMIT:?}: {}", read_file(&output));
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}\n{}\n{}", read_file(&output), read_file(&errors));
    read_file(&output)
}

fn read_file(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).expect("it is text")
}

/// A shell and all that it has started. They are killed when this is dropped.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // A group that has ended cannot be signalled, which is as well.
        let kill = ["-c", "kill -s KILL -- \"-$0\"", &self.0.id().to_string()];
        let _ = Command::new("/bin/sh").args(kill).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// Ports that nobody listens on now, outside the range that the system hands out.
fn free_ports() -> Vec<u16> {
    let first = 10_240 + std::process::id() % 20_000;
    let ports = (first..).filter_map(|port| u16::try_from(port).ok());
    ports.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).take(PORTS.len()).collect()
}
