use std::{
    fs,
    path::{Path, PathBuf},
};

/// From a heading to the next one of the second level.
pub fn section(text: &str, heading: &str) -> String {
    let after = text.split(&format!("\n{heading}\n")).nth(1).unwrap_or_else(|| panic!("there is no {heading}"));
    after.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The fenced blocks of one language.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let rests = text.split(&opening).skip(1);
    rests.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The cells of the first table, without its head.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_start_matches('|').trim_end_matches('|').trim_end())
        .map(|line| line.split(" |").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// A file of the repository.
pub fn read(file: &str) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where the repository is.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
