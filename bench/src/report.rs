use crate::{
    failure::{Failure, Outcome, While},
    machine::Machine,
    statistics::Spread,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt::{self, Display, Write},
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use time::{OffsetDateTime, macros::format_description};

/// What one run, or several parts of one, came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Where it took place.
    pub machine: Machine,
    /// How the servers were set up, a sentence each.
    pub settings: Vec<String>,
    /// What was measured.
    pub rows: Vec<Row>,
}

/// One figure, and whether it is what it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What was measured, and against what.
    pub name: String,
    /// What it is counted in.
    pub unit: Unit,
    /// What each round came to.
    pub subject: Vec<f64>,
    /// What it is compared with, round by round; none where the figure itself is judged.
    pub ceiling: Option<Vec<f64>>,
    /// The figure that is judged, round by round.
    pub judged: Vec<f64>,
    /// What it has to be.
    pub target: Target,
    /// What it came to.
    pub spread: Spread,
    /// Whether the median is what it has to be.
    pub is_met: bool,
}

/// What figures are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// So many a second: more is better.
    PerSecond,
    /// Less is better.
    Milliseconds,
    /// Less is better.
    Mebibytes,
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
}

impl Row {
    /// How a subject stands to a ceiling. What has to be at least something is the subject's share of the ceiling; what may be at most
    /// something is how many times as much the subject costs.
    ///
    /// # Errors
    /// Where there is no round, or one that is no number.
    pub fn ratio(name: &str, unit: Unit, subject: Vec<f64>, ceiling: Vec<f64>, target: Target) -> Outcome<Self> {
        let is_upside_down = matches!((unit, target), (Unit::PerSecond, Target::AtMost(_)));
        let divide = |(subject, ceiling): (&f64, &f64)| if is_upside_down { ceiling / subject } else { subject / ceiling };
        let judged = subject.iter().zip(&ceiling).map(divide).collect();
        Self::judge(name, unit, subject, Some(ceiling), judged, target)
    }

    /// A figure that is judged by itself.
    ///
    /// # Errors
    /// As [`ratio`](Self::ratio) has.
    pub fn figure(name: &str, unit: Unit, subject: Vec<f64>, target: Target) -> Outcome<Self> {
        let judged = subject.clone();
        Self::judge(name, unit, subject, None, judged, target)
    }

    fn judge(
        name: &str,
        unit: Unit,
        subject: Vec<f64>,
        ceiling: Option<Vec<f64>>,
        judged: Vec<f64>,
        target: Target,
    ) -> Outcome<Self> {
        let spread = Spread::of(&judged).doing(format_args!("judging {name}"))?;
        let is_met = target.is_met_by(spread.median);
        Ok(Self { name: name.to_owned(), unit, subject, ceiling, judged, target, spread, is_met })
    }
}

impl Target {
    fn is_met_by(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(least) => figure >= least,
            Self::AtMost(most) => figure <= most,
        }
    }
}

impl Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(formatter, "≥ {least}"),
            Self::AtMost(most) => write!(formatter, "≤ {most}"),
        }
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::PerSecond if value >= 1_000.0 => format!("{value:.0}/s"),
            Self::PerSecond => format!("{value:.1}/s"),
            Self::Milliseconds => format!("{value:.1} ms"),
            Self::Mebibytes => format!("{value:.1} MiB"),
        }
    }
}

impl Report {
    /// The table of all rows, in Markdown, with the machine above it.
    #[must_use]
    pub fn table(&self) -> String {
        let Machine { processor, cores, memory_mib, kernel, programs, commit } = &self.machine;
        let mut text = format!(
            "{processor}, {cores} cores, {memory_mib} MiB, Linux {kernel}; commit {commit}.\n{}.\n\n",
            programs.join("; ")
        );
        text.extend(self.settings.iter().flat_map(|setting| ["- ", setting, "\n"]));
        text += "\n| what | service | ceiling | median | spread | to reach | met |\n|---|---|---|---|---|---|---|\n";
        text.extend(self.rows.iter().map(line));
        text
    }

    /// Writes it as JSON: into a new file named by the time, or over the one that it goes on from.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn keep(&self, file: Option<&Path>) -> Outcome<PathBuf> {
        let file = file.map_or_else(|| results().join(format!("{}.json", now())), Path::to_owned);
        fs::create_dir_all(results()).doing(file.display())?;
        let text = serde_json::to_string_pretty(self).doing("writing the results as JSON")?;
        fs::write(&file, text + "\n").doing(file.display())?;
        Ok(file)
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// Where the file cannot be read, or is of another machine or commit: such rows do not belong into one table.
    pub fn read(file: &Path, machine: &Machine) -> Outcome<Self> {
        let text = fs::read_to_string(file).doing(file.display())?;
        let report: Self = serde_json::from_str(&text).doing(file.display())?;
        if report.machine == *machine {
            Ok(report)
        } else {
            Err(Failure(format!("{} is of another machine, or commit", file.display())))
        }
    }
}

fn line(row: &Row) -> String {
    let median = |values: &[f64]| Spread::of(values).map_or_else(String::new, |spread| row.unit.show(spread.median));
    let show = |value: f64| if row.ceiling.is_some() { format!("{value:.2}") } else { row.unit.show(value) };
    let ceiling = row.ceiling.as_deref().map_or_else(|| "—".to_owned(), median);
    let Spread { median: middle, least, most } = row.spread;
    let mut line = String::new();
    // Writing into a string does not fail.
    let _ = writeln!(
        line,
        "| {} | {} | {ceiling} | {} | {}–{} | {} | {} |",
        row.name,
        median(&row.subject),
        show(middle),
        show(least),
        show(most),
        row.target,
        if row.is_met { "yes" } else { "**no**" }
    );
    line
}

fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
}

fn now() -> String {
    let seconds = UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs());
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).unwrap_or(0)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(format_description!("[year]-[month]-[day]T[hour][minute][second]Z")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Row, Target, Unit, line};
    use rstest::rstest;

    #[rstest]
    #[case::a_rate_is_a_share(Unit::PerSecond, Target::AtLeast(0.5), 0.5, true)]
    #[case::a_share_may_be_too_small(Unit::PerSecond, Target::AtLeast(0.6), 0.5, false)]
    #[case::a_rate_that_may_not_fall_is_turned_over(Unit::PerSecond, Target::AtMost(1.5), 2.0, false)]
    #[case::a_time_is_so_many_times_as_long(Unit::Milliseconds, Target::AtMost(1.5), 0.5, true)]
    fn a_ratio_is_what_its_target_speaks_of(
        #[case] unit: Unit,
        #[case] target: Target,
        #[case] ratio: f64,
        #[case] is_met: bool,
    ) {
        let row = Row::ratio("row", unit, vec![50.0], vec![100.0], target).expect("numbers");
        assert_eq!((row.judged, row.is_met), (vec![ratio], is_met));
    }

    #[test]
    fn a_row_of_no_numbers_is_a_failure() {
        assert!(Row::figure("row", Unit::Milliseconds, vec![], Target::AtMost(1.0)).is_err());
        assert!(Row::ratio("row", Unit::PerSecond, vec![1.0], vec![0.0], Target::AtLeast(1.0)).is_err());
    }

    #[test]
    fn a_row_is_a_line_of_the_table() {
        let row = Row::ratio("read", Unit::PerSecond, vec![4_000.0, 5_000.0, 6_000.0], vec![10_000.0; 3], Target::AtLeast(0.7));
        assert_eq!(line(&row.expect("numbers")), "| read | 5000/s | 10000/s | 0.50 | 0.40–0.60 | ≥ 0.7 | **no** |\n");
        let row = Row::figure("start", Unit::Milliseconds, vec![40.0], Target::AtMost(100.0));
        assert_eq!(line(&row.expect("a number")), "| start | 40.0 ms | — | 40.0 ms | 40.0 ms–40.0 ms | ≤ 100 | yes |\n");
    }
}
