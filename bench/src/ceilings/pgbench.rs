use crate::{
    command::output_of,
    failure::{Failure, Outcome, While},
    load,
};
use std::{path::PathBuf, process::Command};

/// pgbench with statements that are prepared once, by as many connections as the load has.
pub struct Pgbench {
    database_url: String,
    script: PathBuf,
    connections: usize,
    seconds: u64,
    variables: Vec<(String, String)>,
}

impl Pgbench {
    /// A script of `bench/load`.
    #[must_use]
    pub fn new(database_url: &str, script: &str, connections: usize, seconds: u64) -> Self {
        let script = load::folder().join(script);
        Self { database_url: database_url.to_owned(), script, connections, seconds, variables: Vec::new() }
    }

    /// With this variable, which the script uses.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// How many transactions it got done a second.
    ///
    /// # Errors
    /// Where one failed.
    pub fn rate(&self) -> Outcome<f64> {
        let mut command = Command::new("pgbench");
        command
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={}", self.connections))
            .arg(format!("--time={}", self.seconds))
            .arg(format!("--file={}", self.script.display()))
            .args(self.variables.iter().map(|(name, value)| format!("--define={name}={value}")))
            .arg(&self.database_url);
        parse(&output_of(&mut command)?)
    }
}

/// Reads the rate out of a report in which no transaction failed.
fn parse(text: &str) -> Outcome<f64> {
    let failed = text.lines().find_map(|line| line.strip_prefix("number of failed transactions: "));
    if !failed.is_some_and(|failed| failed.starts_with("0 ")) {
        return Err(Failure(format!("pgbench met with errors:\n{text}")));
    }
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    rate.filter(|rate| *rate > 0.0).doing("reading the report of pgbench")
}

#[cfg(test)]
mod tests {
    use super::parse;
    use rstest::rstest;

    const REPORT: &str = "\
transaction type: read.sql
query mode: prepared
number of clients: 32
number of transactions actually processed: 248260
number of failed transactions: 0 (0.000%)
latency average = 0.515 ms
initial connection time = 71.218 ms
tps = 62064.362706 (without initial connection time)
";

    #[test]
    fn the_rate_is_read() {
        let rate = parse(REPORT).expect("it is whole");
        assert!((rate - 62_064.362_706).abs() < 1e-6);
    }

    #[rstest]
    #[case::a_failed_transaction("transactions: 0 (", "transactions: 3 (", "met with errors")]
    #[case::no_word_on_failures("number of failed", "number of", "met with errors")]
    #[case::no_rate("tps", "", "reading the report")]
    #[case::a_rate_of_nothing("62064.362706", "0.0", "reading the report")]
    fn anything_else_is_a_failure_and_no_figure(#[case] part: &str, #[case] other: &str, #[case] complaint: &str) {
        let failure = parse(&REPORT.replace(part, other)).expect_err("it is no report");
        assert!(failure.0.contains(complaint), "{failure}");
    }
}
