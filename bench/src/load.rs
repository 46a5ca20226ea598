use crate::{
    command::text_of,
    failure::{Failure, Outcome, While},
    service::Service,
};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// What wrk puts on a server: a script of `bench/load`, by so many connections for so long, each asking anew as soon as it is answered.
pub struct Load {
    script: &'static str,
    threads: usize,
    connections: usize,
    seconds: u64,
    variables: Vec<(&'static str, String)>,
}

/// What came of it. There was no error: where there was one, there is no report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadReport {
    /// How many requests were answered, in how long.
    pub requests: u64,
    /// In how long.
    pub duration: Duration,
    /// What half of them took at most.
    pub median: Duration,
    /// What 99 of a hundred took at most.
    pub p99: Duration,
}

/// A load that is being put on a server. It is ended when this is dropped.
pub struct RunningLoad {
    command: Command,
    wrk: Option<Child>,
}

impl Load {
    /// A load of this script; two threads drive the connections.
    #[must_use]
    pub fn new(script: &'static str, connections: usize, seconds: u64) -> Self {
        Self { script, threads: 2.min(connections), connections, seconds, variables: Vec::new() }
    }

    /// By so many connections for so long.
    #[must_use]
    pub fn by(self, connections: usize, seconds: u64) -> Self {
        Self { threads: 2.min(connections), connections, seconds, ..self }
    }

    /// With a thread for each connection, for scripts whose next request depends on the last answer.
    #[must_use]
    pub fn with_a_thread_a_connection(self) -> Self {
        Self { threads: self.connections, ..self }
    }

    /// With this variable, which the script reads.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Puts it on this server until it ends.
    ///
    /// # Errors
    /// Where one request was answered with an error, or not at all: a figure of such a run would be none.
    pub fn run(&self, service: &Service) -> Outcome<LoadReport> {
        self.start(service)?.finish()
    }

    /// Begins to put it on this server.
    ///
    /// # Errors
    /// Where wrk cannot be run.
    pub fn start(&self, service: &Service) -> Outcome<RunningLoad> {
        let mut command = Command::new("wrk");
        command
            .arg(format!("--threads={}", self.threads))
            .arg(format!("--connections={}", self.connections))
            .arg(format!("--duration={}s", self.seconds))
            .arg("--timeout=20s")
            .arg("--script")
            .arg(folder().join(self.script))
            .arg(service.url("/"))
            .env("LOAD_LIBRARY", folder().join("report.lua"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let wrk = command.spawn().doing("running wrk")?;
        Ok(RunningLoad { command, wrk: Some(wrk) })
    }
}

impl RunningLoad {
    /// Waits for its end.
    ///
    /// # Errors
    /// As those of [`Load::run`].
    pub fn finish(mut self) -> Outcome<LoadReport> {
        let wrk = self.wrk.take().doing("a load")?;
        let output = wrk.wait_with_output().doing("waiting for wrk")?;
        parse(&text_of(&self.command, &output)?)
    }
}

impl Drop for RunningLoad {
    fn drop(&mut self) {
        if let Some(wrk) = &mut self.wrk {
            // One that has ended already cannot be ended, which is as well.
            let _ = wrk.kill();
            let _ = wrk.wait();
        }
    }
}

impl LoadReport {
    /// How many requests were answered a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no run has so many requests that a float could not count them")]
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.duration.as_secs_f64()
    }

    /// What 99 of a hundred took at most, in milliseconds.
    #[must_use]
    pub fn p99_milliseconds(&self) -> f64 {
        self.p99.as_secs_f64() * 1_000.0
    }
}

/// Where the scripts are.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("load")
}

/// Reads the line that `report.lua` writes.
fn parse(text: &str) -> Outcome<LoadReport> {
    let line = text.lines().find_map(|line| line.strip_prefix("LOAD ")).doing("reading the report of wrk")?;
    let field = |name: &str| {
        let value = line.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse::<u64>().ok()).doing(format_args!("reading {name} in the report of wrk"))
    };
    for error in ["connect", "read", "write", "timeout", "status"] {
        if field(error)? > 0 {
            return Err(Failure(format!("the load met with errors: {line}")));
        }
    }
    let report = LoadReport {
        requests: field("requests")?,
        duration: Duration::from_micros(field("duration_us")?),
        median: Duration::from_micros(field("p50_us")?),
        p99: Duration::from_micros(field("p99_us")?),
    };
    if report.requests == 0 || report.duration.is_zero() {
        Err(Failure("no request was answered".to_owned()))
    } else {
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::{LoadReport, parse};
    use rstest::rstest;
    use std::time::Duration;

    const REPORT: &str = "\
Running 2s test @ http://127.0.0.1:8000/
  2 threads and 32 connections
  Requests/sec:  50000.00
LOAD requests=100000 duration_us=2000000 connect=0 read=0 write=0 timeout=0 status=0 p50_us=600 p99_us=2500
";

    #[test]
    fn a_report_without_errors_is_read() {
        let report = parse(REPORT).expect("it is whole");
        let expected = LoadReport {
            requests: 100_000,
            duration: Duration::from_secs(2),
            median: Duration::from_micros(600),
            p99: Duration::from_micros(2_500),
        };
        assert_eq!(report, expected);
        assert!((report.rate() - 50_000.0).abs() < 1e-6);
        assert!((report.p99_milliseconds() - 2.5).abs() < 1e-6);
    }

    #[rstest]
    #[case::an_answer_that_is_an_error("status=0", "status=1", "met with errors")]
    #[case::a_connection_that_failed("connect=0", "connect=32", "met with errors")]
    #[case::an_answer_that_broke_off("read=0", "read=2", "met with errors")]
    #[case::no_answer_in_time("timeout=0", "timeout=1", "met with errors")]
    #[case::no_answer_at_all("requests=100000", "requests=0", "no request was answered")]
    #[case::a_report_without_a_figure("p99_us=2500", "", "reading p99_us")]
    #[case::no_report("LOAD ", "", "reading the report of wrk")]
    fn anything_else_is_a_failure_and_no_figure(#[case] part: &str, #[case] other: &str, #[case] complaint: &str) {
        let failure = parse(&REPORT.replace(part, other)).expect_err("it is no report");
        assert!(failure.0.contains(complaint), "{failure}");
    }
}
