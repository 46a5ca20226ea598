//! What the papers name is there: files, tests, decisions, links.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The folders at the top of the repository that a path in a paper begins with.
const PLACES: [&str; 8] = [".github/", "bench/", "crates/", "docs/", "migrations/", "ops/", "scripts/", "tests/"];

/// The fewest words of a name that is taken for a test's, or for another name in the code.
const WORDS: usize = 4;

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let mut dead = Vec::new();
    let mut links = 0;
    for paper in papers() {
        let text = read(&paper);
        let folder = paper.parent().expect("a file lies in a folder");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            links += 1;
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { paper.clone() } else { folder.join(file) };
            if !file.exists() || !(heading.is_empty() || anchors(&read(&file)).contains(heading)) {
                dead.push(format!("{}: {target}", paper.display()));
            }
        }
    }
    assert_eq!(dead, [""; 0]);
    assert!(links > 20, "the links have been found");
}

#[test]
fn every_path_that_is_named_exists() {
    let mut missing = Vec::new();
    for paper in papers() {
        for name in code_spans(&read(&paper)) {
            let is_path = PLACES.iter().any(|place| name.starts_with(place));
            if is_path && !name.contains(['<', '*', '…', ' ']) && !root().join(&name).exists() {
                missing.push(format!("{}: {name}", paper.display()));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_test_that_is_named_exists() {
    let sources = sources();
    let mut missing = Vec::new();
    let mut names = 0;
    for paper in papers() {
        for name in code_spans(&read(&paper)) {
            let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if is_name && name.split('_').count() >= WORDS {
                names += 1;
                if !is_named_in(&sources, &name) {
                    missing.push(format!("{}: {name}", paper.display()));
                }
            }
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(names > 20, "the names have been found");
}

#[test]
fn every_defence_and_every_promise_is_shown_by_a_test() {
    let sources = sources();
    for paper in ["docs/security.md", "docs/reliability.md"] {
        let text = read(&root().join(paper));
        let mut unshown = Vec::new();
        let mut rows = 0;
        // Against what, what is done, shown by: each row of a table but its head.
        for row in text.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| shown by |")) {
            let tests = row.trim_end_matches('|').rsplit('|').next().map(code_spans).unwrap_or_default();
            let is_test = |name: &String| sources.contains(&format!("fn {name}("));
            if row.matches(" |").count() != 3 || tests.is_empty() || !tests.iter().all(is_test) {
                unshown.push(row);
            }
            rows += 1;
        }
        assert_eq!(unshown, [""; 0], "{paper}");
        assert!(rows > 20, "the rows of {paper} have been found");
    }
}

#[test]
fn every_decision_is_listed_under_its_title_and_has_its_parts() {
    let folder = root().join("docs/adr");
    let index = read(&folder.join("README.md"));
    let mut numbers = Vec::new();
    for paper in papers().into_iter().filter(|paper| paper.parent() == Some(&folder)) {
        let file = paper.file_name().and_then(|name| name.to_str()).expect("a name");
        if file == "README.md" {
            continue;
        }
        let text = read(&paper);
        let number: usize = file.split('-').next().and_then(|number| number.parse().ok()).expect("a name begins with a number");
        let prefix = format!("# {number}. ");
        let title = text.lines().next().and_then(|line| line.strip_prefix(&prefix)).expect("a paper begins with its title");
        assert!(index.contains(&format!("| {number} | [{title}]({file}) |")), "{file} is not listed as {title:?}");
        for part in ["\nStatus: accepted\n", "\n## Context\n", "\n## Decision\n", "\n## Consequences\n"] {
            assert!(text.contains(part), "{file} lacks {}", part.trim());
        }
        numbers.push(number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    assert!(!numbers.is_empty(), "the decisions have been found");
}

#[test]
fn the_architecture_fits_on_a_few_screens() {
    assert!(read(&root().join("ARCHITECTURE.md")).lines().count() <= 150);
}

/// Every paper of the repository.
fn papers() -> Vec<PathBuf> {
    files(&root(), &|path| path.extension().is_some_and(|extension| extension == "md"))
}

/// Everything that code and its settings say, but for this file.
fn sources() -> String {
    let is_source = |path: &Path| {
        path.extension().is_some_and(|extension| ["rs", "sh", "sql", "toml"].iter().any(|known| extension == *known))
            && path.file_name() != Some("papers.rs".as_ref())
    };
    files(&root(), &is_source).iter().map(|path| read(path)).collect()
}

fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry of the folder").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            // Neither what git keeps nor what cargo builds, wherever that goes.
            if name != ".git" && !path.join("CACHEDIR.TAG").exists() {
                found.extend(files(&path, wanted));
            }
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found.sort_unstable();
    found
}

/// What stands between single backticks, outside fenced blocks.
fn code_spans(text: &str) -> Vec<String> {
    let prose = text.split("```").step_by(2).collect::<String>();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The anchors of a paper's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(anchor).collect()
}

fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let kept = lower.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.map(|character| if character == ' ' { '-' } else { character }).collect()
}

fn is_named_in(sources: &str, name: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    sources
        .match_indices(name)
        .any(|(start, _)| !sources[..start].ends_with(is_part) && !sources[start + name.len()..].starts_with(is_part))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the repository is there")
}
