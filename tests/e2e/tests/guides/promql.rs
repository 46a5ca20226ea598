use std::collections::BTreeSet;

/// What an expression of Prometheus' language asks for: the series of one name, by labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    pub name: String,
    /// Label, operator and value.
    pub matchers: Vec<(String, String, String)>,
}

/// What an expression asks for, and the labels that it groups by.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub selectors: Vec<Selector>,
    pub grouped_by: BTreeSet<String>,
}

/// What comes before labels in parentheses.
const MODIFIERS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Operators that are words.
const OPERATORS: [&str; 4] = ["and", "or", "unless", "bool"];

/// Reads an expression, as far as to tell names of series from functions, labels, durations and numbers.
pub fn asked(expression: &str) -> Asked {
    let mut asked = Asked::default();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = split_word(rest);
        rest = match first {
            '[' => past(rest, ']'),
            '0'..='9' => rest.trim_start_matches(|character: char| character.is_ascii_alphanumeric() || character == '.'),
            _ if word.is_empty() => &rest[first.len_utf8()..],
            _ if MODIFIERS.contains(&word) => {
                let labels = between(after, '(', ')');
                asked.grouped_by.extend(labels.split(',').map(|label| label.trim().to_owned()).filter(|label| !label.is_empty()));
                past(after, ')')
            }
            _ if OPERATORS.contains(&word) || after.starts_with('(') || MODIFIERS.contains(&split_word(after).0) => after,
            _ => {
                let has_matchers = after.starts_with('{');
                let matchers = if has_matchers { matchers(between(after, '{', '}')) } else { Vec::new() };
                asked.selectors.push(Selector { name: word.to_owned(), matchers });
                if has_matchers { past(after, '}') } else { after }
            }
        }
        .trim_start();
    }
    asked
}

/// The name that a text begins with, and what comes after it.
fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && !"_:".contains(character)).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    (word, after.trim_start())
}

fn matchers(text: &str) -> Vec<(String, String, String)> {
    let parse = |matcher: &str| {
        let (label, rest) = split_word(matcher.trim());
        let (operator, value) = rest.split_once('"').unwrap_or_else(|| panic!("no value: {matcher}"));
        (label.to_owned(), operator.trim().to_owned(), value.trim_end_matches('"').to_owned())
    };
    // No value that is matched here has a comma in it.
    text.split(',').map(parse).collect()
}

fn between(text: &str, open: char, close: char) -> &str {
    let inside = text.strip_prefix(open).unwrap_or_else(|| panic!("no {open}: {text}"));
    inside.split_once(close).unwrap_or_else(|| panic!("no {close}: {text}")).0
}

fn past(text: &str, close: char) -> &str {
    text.split_once(close).unwrap_or_else(|| panic!("no {close}: {text}")).1
}

#[test]
fn the_series_of_an_expression_are_told_from_all_else_in_it() {
    let expression =
        r#"histogram_quantile(0.95, sum by (le, route) (rate(a_bucket{route!~"/x|/y",le="1"}[5m]))) > 0.5 and max(b) == 1e3"#;
    let matcher = |label: &str, operator: &str, value: &str| (label.to_owned(), operator.to_owned(), value.to_owned());
    let selectors = vec![
        Selector { name: "a_bucket".to_owned(), matchers: vec![matcher("route", "!~", "/x|/y"), matcher("le", "=", "1")] },
        Selector { name: "b".to_owned(), matchers: Vec::new() },
    ];
    let grouped_by = ["le", "route"].map(str::to_owned).into();
    assert_eq!(asked(expression), Asked { selectors, grouped_by });
}
