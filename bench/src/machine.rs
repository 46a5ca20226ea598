use crate::command::output_of;
use serde::{Deserialize, Serialize};
use std::{fs, process::Command, thread};

/// Where a run took place: what figures depend on besides the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The model of its processors.
    pub processor: String,
    /// How many of them there are.
    pub cores: usize,
    /// How much memory it has, in MiB.
    pub memory_mib: u64,
    /// The kernel.
    pub kernel: String,
    /// What the figures are compared with, and what the load is made by, one version a line.
    pub programs: Vec<String>,
    /// The commit that was measured, and whether there were changes upon it.
    pub commit: String,
}

impl Machine {
    /// This machine. What it does not tell is a question mark.
    #[must_use]
    pub fn describe() -> Self {
        Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_mib: field("/proc/meminfo", "MemTotal").as_deref().and_then(kibibytes).unwrap_or(0) / 1_024,
            kernel: said_by("uname", &["-r"]),
            programs: vec![
                said_by("pgbench", &["--version"]),
                said_by("redis-server", &["--version"]),
                wrk_version(),
                said_by("rustc", &["--version"]),
                said_by("cc", &["--version"]),
            ],
            commit: commit(),
        }
    }
}

fn commit() -> String {
    let commit = said_by("git", &["rev-parse", "--short=12", "HEAD"]);
    let changes = said_by("git", &["status", "--porcelain", "--untracked-files=no"]);
    if changes.is_empty() { commit } else { format!("{commit}, with changes") }
}

/// The first line of what a program says of itself.
fn said_by(program: &str, arguments: &[&str]) -> String {
    let text = output_of(Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")));
    text.map_or_else(|_| unknown(), |text| text.lines().next().unwrap_or_default().trim().to_owned())
}

/// It tells its version, and then that it was not told what to do, which it calls a failure.
fn wrk_version() -> String {
    let output = Command::new("wrk").arg("--version").output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    said.lines()
        .find(|line| line.starts_with("wrk "))
        .map_or_else(unknown, |line| line.split(" Copyright").next().unwrap_or(line).to_owned())
}

/// The value of `key: value` in a file of the kernel's.
fn field(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}

/// The number of `123 kB`, as the kernel writes amounts of memory.
pub fn kibibytes(text: &str) -> Option<u64> {
    text.trim().strip_suffix(" kB")?.trim().parse().ok()
}

fn unknown() -> String {
    "?".to_owned()
}

#[cfg(test)]
mod tests {
    use super::kibibytes;

    #[test]
    fn an_amount_of_memory_is_read_as_the_kernel_writes_it() {
        assert_eq!(kibibytes("  24576 kB"), Some(24_576));
        assert_eq!(kibibytes("24576"), None);
    }
}
