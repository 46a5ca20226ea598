//! What README.md says is so: its tour works as pasted, and its tables are those of the code.

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use escargot::CargoBuild;
use library_testkit::servers::{postgres_database, redis_url_of_its_own};
use serde_json::Value;

/// How long the server may take to start or stop, and the tour to be walked.
const LIMIT: Duration = Duration::from_mins(1);

/// How the tour starts the server, and how its other section does.
const DEV: &str = "cargo run --release -- dev | tee -i library.log";
const SERVE: &str = "cargo run --release -- serve | tee -i library.log";

/// Where the tour finds the server.
const ADDRESS: &str = "http://localhost:8000";

#[test]
fn the_tour_works_as_pasted() {
    let server = Server::start(DEV);
    assert_eq!(walk(&tour(), &server), shown(&tour()));
    server.stop();
    for kept in ["library.db", "library.key", "library.log"] {
        assert!(server.directory.path().join(kept).exists(), "{kept} is not there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_works_on_postgresql_and_redis() {
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
    assert_eq!(walk(&tour(), &server), shown(&tour()));
    server.stop();
    assert!(!server.directory.path().join("library.db").exists(), "SQLite has been used");
}

#[test]
fn the_variables_are_those_of_the_program() {
    let rows = rows(&section(&read("README.md"), "## Configuration"));
    let listed: Vec<_> = rows.iter().map(|cells| cells.join(" | ")).collect();
    let required = set_in_the_example();
    let known: Vec<_> = variables()
        .into_iter()
        .map(|Variable { name, default, rule }| {
            let default = match default {
                Some(default) => format!("`{default}`"),
                None if required.contains(&name) => "required".to_owned(),
                None => "none".to_owned(),
            };
            format!("`{name}` | {default} | {rule}")
        })
        .collect();
    assert_eq!(listed, known);
}

#[test]
fn the_example_of_a_configuration_has_the_variables_of_the_program() {
    let text = read(".env.example");
    let mut listed: Vec<_> = text
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| is_variable(name))
        .map(|(name, default)| (name.to_owned(), default.to_owned()))
        .collect();
    listed.sort_unstable();
    let mut known: Vec<_> =
        variables().into_iter().map(|variable| (variable.name, variable.default.unwrap_or_default())).collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn the_endpoints_are_those_that_are_mounted() {
    let rows = rows(&section(&read("README.md"), "## The API"));
    let mut listed: Vec<_> = rows
        .iter()
        .map(|cells| cells[0].split('`').nth(1).expect("an endpoint begins with a method and a path"))
        .map(|endpoint| endpoint.split('?').next().unwrap_or_default().to_owned())
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, mounted());
}

#[test]
fn the_commands_are_those_of_the_binary() {
    let rows = rows(&section(&read("README.md"), "## Commands"));
    let listed: Vec<_> = rows
        .iter()
        .map(|cells| cells[0].split('`').nth(1).and_then(|command| command.split(' ').next()).unwrap_or_default())
        .collect();
    let help = Command::new(library_server()).arg("--help").output().expect("the binary runs");
    let help = String::from_utf8_lossy(&help.stdout);
    let commands: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(!commands.is_empty(), "{help}");
    for command in commands {
        assert!(listed.contains(&command), "{command} is not in the table");
    }
}

/// The server in a folder of its own, started by the line that the README has for it.
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

/// The section that the test walks.
fn tour() -> String {
    section(&read("README.md"), "## A tour in curl")
}

/// Runs the second terminal's blocks in one shell and answers with what they print, line by line.
fn walk(tour: &str, server: &Server) -> Vec<(Value, String)> {
    let mut blocks = blocks(tour, "bash");
    assert_eq!(blocks.remove(0).trim_end(), DEV, "the first block starts the server");
    let script = blocks.concat();
    assert!(script.contains(&format!("LIBRARY={ADDRESS}\n")), "the tour does not say where the server is");
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
            panic!("the tour takes more than {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(20));
    };
    let (mut printed, mut complaints) = (String::new(), String::new());
    child.stdout.take().expect("it is piped").read_to_string(&mut printed).expect("it is text");
    child.stderr.take().expect("it is piped").read_to_string(&mut complaints).expect("it is text");
    assert!(status.success() && complaints.is_empty(), "{status}\n{printed}\n{complaints}");
    answers(&printed)
}

/// What the section says is printed.
fn shown(tour: &str) -> Vec<(Value, String)> {
    answers(&blocks(tour, "text").concat())
}

/// Bodies and statuses; what differs from one run to the next is masked.
fn answers(lines: &str) -> Vec<(Value, String)> {
    lines
        .lines()
        .map(|line| {
            let (body, status) = line.rsplit_once(' ').unwrap_or_else(|| panic!("an answer has a status: {line}"));
            let mut body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {line}"));
            mask(&mut body);
            (body, status.to_owned())
        })
        .collect()
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let differs =
                    name == "id" || ["_id", "_at", "access_token", "refresh_token"].iter().any(|end| name.ends_with(end));
                match value {
                    Value::String(text) if differs => "…".clone_into(text),
                    _ => mask(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(mask),
        _ => {}
    }
}

/// A shell that stops at the first mistake and has none of our settings.
fn bash(script: &str, directory: &Path) -> Command {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", script]).current_dir(directory).stdin(Stdio::null());
    for variable in variables() {
        command.env_remove(variable.name);
    }
    command
}

/// The binary, built into the directory that these tests were built into.
fn library_server() -> PathBuf {
    // <target directory>/<profile>/deps/<test>
    let test = env::current_exe().expect("a process knows its program");
    let target = test.ancestors().nth(3).expect("cargo put the tests there");
    let build = CargoBuild::new()
        .manifest_path(root().join("Cargo.toml"))
        .target_dir(target)
        .arg("--locked")
        .package("library-server")
        .bin("library-server");
    build.run().unwrap_or_else(|error| panic!("library-server cannot be built: {error}")).path().to_owned()
}

struct Variable {
    name: String,
    default: Option<String>,
    rule: String,
}

/// The settings, from the table in the code: `NAME = Some("default"), "rule";`.
fn variables() -> Vec<Variable> {
    let source = read("crates/server/src/config/variables.rs");
    let table = source.split("\nvariables! {\n").nth(1).expect("the table begins").split("\n}").next().expect("the table ends");
    table
        .lines()
        .map(|line| {
            let (name, rest) = line.trim().split_once(" = ").expect("a name");
            let (default, rule) = rest.split_once(", \"").expect("a rule");
            let default = default.strip_prefix("Some(\"").map(|default| default.trim_end_matches("\")").to_owned());
            Variable { name: name.to_owned(), default, rule: rule.trim_end_matches("\";").to_owned() }
        })
        .collect()
}

/// The names that `.env.example` does not comment out.
fn set_in_the_example() -> Vec<String> {
    let text = read(".env.example");
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_variable(name))
        .collect()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|character| character.is_ascii_uppercase() || character == '_')
}

/// Every `METHOD /path` that the code mounts, sorted.
fn mounted() -> Vec<String> {
    let folders = fs::read_dir(root().join("crates")).expect("the crates can be listed");
    let contexts = folders.map(|folder| folder.expect("a folder").path()).filter(|folder| !folder.ends_with("shared"));
    let apis = contexts.map(|context| context.join("http/src/routes.rs")).filter(|file| file.exists());
    let mut endpoints = Vec::new();
    for file in apis.chain([root().join("crates/server/src/http.rs")]) {
        let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for resource in source.split("web::resource(\"").skip(1) {
            let (path, routes) = resource.split_once('"').expect("a path ends");
            let routes = routes.split(".service(").next().unwrap_or_default();
            for (call, method) in [
                ("route(get(", "GET"),
                ("web::post()", "POST"),
                ("web::put()", "PUT"),
                ("web::patch()", "PATCH"),
                ("web::delete()", "DELETE"),
            ] {
                if routes.contains(call) {
                    endpoints.push(format!("{method} {path}"));
                }
            }
            assert_eq!(
                routes.matches(".route(").count(),
                endpoints.iter().filter(|endpoint| endpoint.split(' ').nth(1) == Some(path)).count(),
                "a route of {path} has a method that this test does not know"
            );
        }
    }
    endpoints.sort_unstable();
    endpoints
}

/// From a heading to the next one of its level.
fn section(text: &str, heading: &str) -> String {
    let after = text.split(&format!("\n{heading}\n")).nth(1).unwrap_or_else(|| panic!("there is no {heading}"));
    after.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let rests = text.split(&opening).skip(1);
    rests.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The cells of the first table, without its head.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

fn read(file: &str) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
