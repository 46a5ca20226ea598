use crate::{
    command::output_of,
    failure::{Outcome, While},
};
use std::process::Command;

/// So many are asked first, to find out how many fill the time.
const FIRST_REQUESTS: u64 = 20_000;

/// How many GETs of this key `redis-benchmark` gets answered a second, by so many connections for about so long.
///
/// # Errors
/// Where Redis does not answer.
pub fn rate(port: u16, key: &str, connections: usize, seconds: u64) -> Outcome<f64> {
    let first = rate_of(port, key, connections, FIRST_REQUESTS)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is above nought and far below the limit")]
    let requests = first as u64 * seconds;
    rate_of(port, key, connections, requests.max(FIRST_REQUESTS))
}

fn rate_of(port: u16, key: &str, connections: usize, requests: u64) -> Outcome<f64> {
    let mut command = Command::new("redis-benchmark");
    command.args(["-h", "127.0.0.1", "--csv"]);
    command.args(["-p", &port.to_string(), "-c", &connections.to_string(), "-n", &requests.to_string(), "GET", key]);
    parse(&output_of(&mut command)?)
}

/// Reads the second column of the line beneath the heading.
fn parse(text: &str) -> Outcome<f64> {
    let line = text.lines().find(|line| line.starts_with("\"GET"));
    let rate = line.and_then(|line| line.split("\",\"").nth(1)?.trim_matches('"').parse::<f64>().ok());
    rate.filter(|rate| rate.is_finite() && *rate > 0.0).doing("reading the report of redis-benchmark")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_rate_is_read() {
        let report = "\"test\",\"rps\",\"avg_latency_ms\"\n\"GET library:book:1\",\"98039.22\",\"0.170\"\n";
        let rate = parse(report).expect("it is whole");
        assert!((rate - 98_039.22).abs() < 1e-6);
    }

    #[test]
    fn anything_else_is_a_failure_and_no_figure() {
        for text in ["", "Error from server\n", "\"GET key\",\"inf\"\n", "\"GET key\",\"0.00\"\n"] {
            let failure = parse(text).expect_err("it is no report");
            assert!(failure.0.contains("redis-benchmark"), "{failure}");
        }
    }
}
