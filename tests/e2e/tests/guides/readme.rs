use crate::{
    paper::{read, root, rows, section},
    walk::{walk_on_dev, walk_on_postgresql_and_redis},
};
use library_e2e::library_server;
use std::{fs, process::Command};

#[test]
fn the_tour_works_as_pasted() {
    walk_on_dev(&tour());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_works_on_postgresql_and_redis() {
    walk_on_postgresql_and_redis(&tour()).await;
}

#[test]
fn the_variables_are_those_of_the_program() {
    let rows = rows(&section(&read("README.md"), "## Configuration"));
    let listed: Vec<_> = rows.iter().map(|cells| cells.join(" | ")).collect();
    let required = set_in_the_example();
    let known: Vec<_> = variables()
        .into_iter()
        .map(|Variable { name, default, rule }| {
            let default = match default {
                Some(default) => format!("`{default}`"),
                None if required.contains(&name) => "required".to_owned(),
                None => "none".to_owned(),
            };
            format!("`{name}` | {default} | {rule}")
        })
        .collect();
    assert_eq!(listed, known);
}

#[test]
fn the_example_of_a_configuration_has_the_variables_of_the_program() {
    let text = read(".env.example");
    let mut listed: Vec<_> = text
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| is_variable(name))
        .map(|(name, default)| (name.to_owned(), default.to_owned()))
        .collect();
    listed.sort_unstable();
    let mut known: Vec<_> =
        variables().into_iter().map(|variable| (variable.name, variable.default.unwrap_or_default())).collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn the_endpoints_are_those_that_are_mounted() {
    let rows = rows(&section(&read("README.md"), "## The API"));
    let mut listed: Vec<_> = rows
        .iter()
        .map(|cells| cells[0].split('`').nth(1).expect("an endpoint begins with a method and a path"))
        .map(|endpoint| endpoint.split('?').next().unwrap_or_default().to_owned())
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, mounted());
}

#[test]
fn the_commands_are_those_of_the_binary() {
    let rows = rows(&section(&read("README.md"), "## Commands"));
    let listed: Vec<_> = rows
        .iter()
        .map(|cells| cells[0].split('`').nth(1).and_then(|command| command.split(' ').next()).unwrap_or_default())
        .collect();
    let help = Command::new(library_server()).arg("--help").output().expect("the binary runs");
    let help = String::from_utf8_lossy(&help.stdout);
    let commands: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(!commands.is_empty(), "{help}");
    for command in commands {
        assert!(listed.contains(&command), "{command} is not in the table");
    }
}

/// The section that the test walks.
fn tour() -> String {
    section(&read("README.md"), "## A tour in curl")
}

struct Variable {
    name: String,
    default: Option<String>,
    rule: String,
}

/// The settings, from the table in the code: `NAME = Some("default"), "rule";`.
fn variables() -> Vec<Variable> {
    let source = read("crates/server/src/config/variables.rs");
    let table = source.split("\nvariables! {\n").nth(1).expect("the table begins").split("\n}").next().expect("the table ends");
    table
        .lines()
        .map(|line| {
            let (name, rest) = line.trim().split_once(" = ").expect("a name");
            let (default, rule) = rest.split_once(", \"").expect("a rule");
            let default = default.strip_prefix("Some(\"").map(|default| default.trim_end_matches("\")").to_owned());
            Variable { name: name.to_owned(), default, rule: rule.trim_end_matches("\";").to_owned() }
        })
        .collect()
}

/// The names that `.env.example` does not comment out.
fn set_in_the_example() -> Vec<String> {
    let text = read(".env.example");
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_variable(name))
        .collect()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|character| character.is_ascii_uppercase() || character == '_')
}

/// Every `METHOD /path` that the code mounts, sorted.
fn mounted() -> Vec<String> {
    let folders = fs::read_dir(root().join("crates")).expect("the crates can be listed");
    let contexts = folders.map(|folder| folder.expect("a folder").path()).filter(|folder| !folder.ends_with("shared"));
    let apis = contexts.map(|context| context.join("http/src/routes.rs")).filter(|file| file.exists());
    let mut endpoints = Vec::new();
    for file in apis.chain([root().join("crates/server/src/http.rs")]) {
        let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for resource in source.split("web::resource(\"").skip(1) {
            let (path, routes) = resource.split_once('"').expect("a path ends");
            // What a parameter may hold is no part of how the path is told.
            let path = &path.replace(":.*", "");
            let routes = routes.split(".service(").next().unwrap_or_default();
            for (call, method) in [
                ("route(get(", "GET"),
                ("web::post()", "POST"),
                ("web::put()", "PUT"),
                ("web::patch()", "PATCH"),
                ("web::delete()", "DELETE"),
            ] {
                if routes.contains(call) {
                    endpoints.push(format!("{method} {path}"));
                }
            }
            assert_eq!(
                routes.matches(".route(").count(),
                endpoints.iter().filter(|endpoint| endpoint.split(' ').nth(1) == Some(path.as_str())).count(),
                "a route of {path} has a method that this test does not know"
            );
        }
    }
    endpoints.sort_unstable();
    endpoints
}
