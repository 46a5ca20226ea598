//! A rule that its suite's macro does not name would never run.

use std::{fs, path::Path};

#[test]
fn every_rule_of_every_suite_is_run() {
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract");
    let mut rules = 0;
    for file in fs::read_dir(suites).expect("the suites' folder") {
        let path = file.expect("a file of the folder").path();
        let source = fs::read_to_string(&path).expect("a source file");
        let Some((_, suite)) = source.split_once("macro_rules!").filter(|(_, suite)| suite.contains("_contract {")) else {
            continue;
        };
        let (named, body) = suite.split_once("\n}\n").expect("the macro ends");
        for line in body.lines() {
            let Some(signature) = line.strip_prefix("pub async fn ").or_else(|| line.strip_prefix("pub fn ")) else { continue };
            let rule = signature.split('(').next().expect("a name");
            assert!(named.contains(&format!(" {rule},")), "{} does not run {rule}", path.display());
            rules += 1;
        }
    }
    assert!(rules > 100, "the suites have been found");
}
