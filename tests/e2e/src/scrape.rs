use crate::{Answer, Client};
use std::collections::BTreeMap;

/// What Prometheus is told, in the text format of `OpenMetrics`.
#[derive(Debug, Clone)]
pub struct Scrape {
    /// Everything, as it was written.
    pub text: String,
    /// Each number, in order.
    pub samples: Vec<Sample>,
}

/// One number of a scrape.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its name, with the suffix of its kind: `…_total`, `…_bucket`, `…_sum`, `…_count`, `…_info`.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The number.
    pub value: f64,
}

impl Scrape {
    /// The scrape in this answer.
    #[must_use]
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:#?}");
        let content_type = answer.header("Content-Type");
        assert_eq!(content_type, Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        assert!(answer.text.ends_with("\n# EOF\n"), "{}", answer.text);
        let lines = answer.text.lines().filter(|line| !line.starts_with('#'));
        Self { samples: lines.map(Sample::parse).collect(), text: answer.text.clone() }
    }

    /// The samples of this name that have these labels, among others.
    #[must_use]
    pub fn matching(&self, name: &str, labels: &[(&str, &str)]) -> Vec<&Sample> {
        let has = |sample: &Sample, (label, value): &(&str, &str)| sample.labels.get(*label).is_some_and(|other| other == value);
        let is_meant = |sample: &&Sample| sample.name == name && labels.iter().all(|label| has(sample, label));
        self.samples.iter().filter(is_meant).collect()
    }

    /// The number of this name with these labels, if it is there.
    #[must_use]
    #[track_caller]
    pub fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let found = self.matching(name, labels);
        assert!(found.len() <= 1, "{name} {labels:?} is several: {found:?}");
        found.first().map(|sample| sample.value)
    }

    /// The number of this name with these labels.
    #[must_use]
    #[track_caller]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.find(name, labels).unwrap_or_else(|| panic!("there is no {name} {labels:?}: {}", self.text))
    }
}

impl Sample {
    /// No value of a label that these tests meet has a quote or a brace in it, but for the braces of a route.
    fn parse(line: &str) -> Self {
        let (name, rest) = line.split_at(line.find(['{', ' ']).unwrap_or_else(|| panic!("no sample: {line}")));
        let (labels, value) = match rest.strip_prefix('{') {
            Some(rest) => rest.rsplit_once("} ").unwrap_or_else(|| panic!("no labels: {line}")),
            None => ("", rest.trim_start()),
        };
        let pairs = labels.split("\",").filter(|pair| !pair.is_empty()).map(|pair| {
            let (label, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("no label: {line}"));
            (label.to_owned(), value.trim_end_matches('"').to_owned())
        });
        let value = value.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { name: name.to_owned(), labels: pairs.collect(), value }
    }
}

impl Client {
    /// What Prometheus is told by whom this client asks.
    pub async fn scrape(&self) -> Scrape {
        Scrape::of(&self.get("/metrics").await)
    }
}
