use crate::{
    paper::{read, section},
    promql::{Asked, Selector, asked},
};
use library_e2e::{Backend::Postgres, Sample, Scrape, Server};
use serde_json::Value;
use std::collections::BTreeSet;

/// What Prometheus itself says of every process that it scrapes, and the labels that it adds.
const ITS_OWN: &str = "up";
const ITS_LABELS: [&str; 2] = ["instance", "job"];

#[tokio::test]
async fn the_dashboard_and_the_alerts_ask_for_what_a_server_tells() {
    let server = Server::start(Postgres).await;
    server.given_book().await;
    let scrape = server.scrape().await;
    let labels: BTreeSet<&str> = scrape.samples.iter().flat_map(labels_of).chain(ITS_LABELS).collect();
    let mut wrong = Vec::new();
    let expressions: Vec<_> = alerts().into_iter().map(|alert| alert.expression).chain(panels()).collect();
    for expression in &expressions {
        let Asked { selectors, grouped_by } = asked(expression);
        assert!(!selectors.is_empty(), "{expression} asks for nothing");
        let unknown = grouped_by.iter().filter(|label| !labels.contains(label.as_str()));
        wrong.extend(unknown.map(|label| format!("{expression}: nothing has the label {label}")));
        wrong.extend(
            selectors.iter().filter_map(|selector| complaint(&scrape, selector)).map(|why| format!("{expression}: {why}")),
        );
    }
    assert_eq!(wrong, [""; 0]);
    assert!(expressions.len() > 30, "the expressions have been found");
}

#[test]
fn every_alert_has_a_section_in_the_guide_that_it_links_to() {
    let guide = section(&read("docs/operations.md"), "## The alerts");
    let sections: Vec<_> = guide.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    let alerts = alerts();
    assert_eq!(alerts.iter().map(|alert| alert.name.clone()).collect::<Vec<_>>(), sections);
    for alert in alerts {
        assert_eq!(alert.runbook, format!("docs/operations.md#{}", alert.name.to_lowercase()));
    }
}

#[test]
fn every_panel_that_the_guide_names_is_on_the_dashboard() {
    let guide = section(&read("docs/operations.md"), "## The alerts");
    let dashboard = dashboard();
    let titles: BTreeSet<_> = panels_of(&dashboard).iter().filter_map(|panel| panel["title"].as_str()).collect();
    let named: BTreeSet<_> = guide.split('*').skip(1).step_by(2).collect();
    assert_eq!(named.difference(&titles).collect::<Vec<_>>(), [&""; 0]);
    assert!(named.len() > 3, "the names have been found");
}

/// Why nothing answers this, if nothing does.
fn complaint(scrape: &Scrape, selector: &Selector) -> Option<String> {
    let Selector { name, matchers } = selector;
    if name == ITS_OWN {
        return None;
    }
    let told = scrape.matching(name, &[]);
    if told.is_empty() {
        return Some(format!("no server tells {name}"));
    }
    let matches = |sample: &&Sample| {
        matchers.iter().all(|(label, operator, value)| {
            let is_its = ITS_LABELS.contains(&label.as_str());
            is_its || sample.labels.get(label).is_some_and(|other| operator != "=" || other == value)
        })
    };
    (!told.iter().any(matches)).then(|| format!("no {name} has {matchers:?}"))
}

fn labels_of(sample: &Sample) -> impl Iterator<Item = &str> {
    sample.labels.keys().map(String::as_str)
}

/// A rule of `ops/prometheus/alerts.yml`.
struct Alert {
    name: String,
    expression: String,
    runbook: String,
}

fn alerts() -> Vec<Alert> {
    let text = read("ops/prometheus/alerts.yml");
    let rules = text.split("- alert: ").skip(1);
    let alerts: Vec<_> = rules
        .map(|rule| Alert {
            name: rule.lines().next().expect("a name").to_owned(),
            expression: field(rule, "expr"),
            runbook: field(rule, "runbook_url"),
        })
        .collect();
    assert!(alerts.len() > 5, "the alerts have been found");
    alerts
}

/// The value of a field in YAML, on its own line or folded (`>-`) on the deeper ones after it.
fn field(rule: &str, name: &str) -> String {
    let mut lines = rule.lines().skip_while(|line| !line.trim_start().starts_with(&format!("{name}: ")));
    let line = lines.next().unwrap_or_else(|| panic!("no {name}: {rule}"));
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let value = line.trim_start().split_once(": ").expect("a value").1;
    if value != ">-" {
        return value.to_owned();
    }
    lines.take_while(|next| indentation(next) > indentation(line)).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The expressions of the dashboard's panels, and of its variables.
fn panels() -> Vec<String> {
    let dashboard = dashboard();
    let targets = panels_of(&dashboard).iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let text = |value: &Value| value.as_str().expect("an expression is a text").to_owned();
    let expressions = targets.map(|target| text(&target["expr"]));
    let variables = dashboard["templating"]["list"].as_array().expect("variables").iter();
    let queries = variables.filter(|variable| variable["type"] == "query").map(|variable| {
        let query = text(&variable["query"]["query"]);
        let (name, label) = query.strip_prefix("label_values(").and_then(|rest| rest.split_once(", ")).expect("label_values");
        assert!(ITS_LABELS.contains(&label.trim_end_matches(')')), "{query}");
        name.to_owned()
    });
    expressions.chain(queries).collect()
}

fn dashboard() -> Value {
    serde_json::from_str(&read("ops/grafana/library.json")).expect("JSON")
}

fn panels_of(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().expect("panels")
}
