use crate::{
    paper::{read, root, rows, section},
    walk::{walk_on_dev, walk_on_postgresql_and_redis},
};
use library_e2e::{Answer, Backend::Sqlite, Client, Server};
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_example_works_as_pasted() {
    walk_on_dev(&guide());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_works_on_postgresql_and_redis() {
    walk_on_postgresql_and_redis(&guide()).await;
}

#[test]
fn no_example_is_shown_that_is_not_run() {
    let text = guide();
    let fences: Vec<_> = text.lines().filter(|line| line.trim_start().starts_with("```")).collect();
    let is_run = |pair: &[&str]| matches!(pair, ["```bash" | "```text", "```"]);
    assert!(fences.len() > 20 && fences.chunks(2).all(is_run), "{fences:#?}");
}

#[tokio::test]
async fn the_fields_and_their_operators_are_those_of_the_service() {
    let server = Server::start(Sqlite).await;
    let borrower = server.given_borrower().await;
    let lists = section(&guide(), "## Lists");
    let (_, operators) = lists.split_once("| operator |").expect("the table of operators");
    let operators = rows(operators);
    assert!(!operators.is_empty());
    for list in rows(&lists) {
        let [path] = &spans(&list[0])[..] else { panic!("a row begins with a path: {list:?}") };
        let (mut fields, mut sortable) = (BTreeSet::new(), BTreeSet::new());
        for (kind, cell) in ["texts", "codes", "times", "ids", "flags"].iter().zip(&list[1..]) {
            let is_for = |row: &&Vec<String>| row[1].split(", ").any(|other| other == *kind);
            let operators: Vec<_> = operators.iter().filter(is_for).flat_map(|row| spans(&row[0])).collect();
            for field in spans(cell) {
                assert_eq!(allowed(&borrower.client, path, &format!("{field}[nothing]=")).await, operators, "{field} of {path}");
                if ["texts", "codes", "times"].contains(kind) {
                    sortable.insert(field.clone());
                }
                fields.insert(field);
            }
        }
        assert_eq!(set(allowed(&borrower.client, path, "nothing=").await), fields, "{path}");
        assert_eq!(set(allowed(&borrower.client, path, "sort=nothing").await), sortable, "{path}");
    }
}

#[test]
fn the_types_of_problems_are_those_of_the_code() {
    let errors = section(&guide(), "## Errors");
    let listed: BTreeSet<_> = rows(&errors).iter().map(|row| (spans(&row[0]).concat(), row[1].clone())).collect();
    let mut known = BTreeSet::new();
    for source in sources(&root().join("crates")) {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for (call, status) in [("conflict(", "409"), ("unprocessable(", "422"), ("too_many(", "429")] {
            let calls = ["Problem::", "Self::"].map(|owner| format!("{owner}{call}"));
            for arguments in calls.iter().flat_map(|call| code.split(call.as_str()).skip(1)) {
                let name = arguments.trim_start().strip_prefix('"').and_then(|name| name.split('"').next());
                known.insert((name.expect("the name of a problem is a literal").to_owned(), status.to_owned()));
            }
        }
    }
    assert_eq!(listed, known);
}

/// What a list takes, as the refusal of this query tells.
async fn allowed(client: &Client, path: &str, query: &str) -> Vec<String> {
    let refused: Answer = client.get(&format!("{path}?{query}")).await;
    let problem = refused.json();
    let detail = problem["errors"][0]["detail"].as_str().unwrap_or_else(|| panic!("{query}: {problem}"));
    let names = ["there are ", "it is filtered by "].iter().find_map(|before| detail.split(before).nth(1));
    names.unwrap_or_else(|| panic!("{query}: {detail}")).split(", ").map(str::to_owned).collect()
}

fn set(names: Vec<String>) -> BTreeSet<String> {
    names.into_iter().collect()
}

/// What stands between backticks.
fn spans(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every source of the crates that speak HTTP.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder of the crates").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") if path.components().any(|part| part.as_os_str() == "http") => {
                vec![fs::read_to_string(&path).expect("a source")]
            }
            _ if path.is_dir() => sources(&path),
            _ => Vec::new(),
        })
        .collect()
}

fn guide() -> String {
    read("docs/api.md")
}
