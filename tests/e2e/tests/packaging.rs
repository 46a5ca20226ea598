//! What is shipped beside the code agrees with it.

use std::{collections::BTreeMap, fs, path::Path};

/// Every variable that the server knows, with its default (empty where there is none).
const VARIABLES: &[(&str, &str)] = &[
    ("ACCESS_TOKEN_TTL_MINUTES", "15"),
    ("APP_BASE_URL", "http://localhost:8000"),
    ("CACHE_TTL", "300"),
    ("CORS_ALLOWED_ORIGINS", ""),
    ("DATABASE_URL", ""),
    ("DOCS_ENABLED", ""),
    ("ENVIRONMENT", "test"),
    ("HOST", "127.0.0.1"),
    ("JWT_ALGORITHM", "HS256"),
    ("JWT_PREVIOUS_PUBLIC_KEY_FILE", ""),
    ("JWT_PREVIOUS_SECRET_KEY", ""),
    ("JWT_PRIVATE_KEY_FILE", ""),
    ("JWT_PUBLIC_KEY_FILE", ""),
    ("JWT_SECRET_KEY", ""),
    ("LOAN_PERIOD_DAYS", "14"),
    ("LOG_FORMAT", "console"),
    ("LOG_LEVEL", "INFO"),
    ("MAX_CONNECTIONS", "900"),
    ("METRICS_ADDR", ""),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
    ("PASSWORD_RESET_TOKEN_TTL_MINUTES", "60"),
    ("PORT", "8000"),
    ("RATE_LIMIT", "on"),
    ("RATE_LIMIT_PER_MINUTE", "600"),
    ("REDIS_CA_FILE", ""),
    ("REDIS_URL", ""),
    ("REFRESH_TOKEN_TTL_DAYS", "30"),
    ("SMTP_CA_FILE", ""),
    ("SMTP_FROM", "library@example.com"),
    ("SMTP_HOST", ""),
    ("SMTP_PASSWORD", ""),
    ("SMTP_PORT", "587"),
    ("SMTP_USERNAME", ""),
    ("SMTP_USE_TLS", "false"),
    ("TRUSTED_PROXIES", ""),
    ("VERIFICATION_TOKEN_TTL_HOURS", "24"),
];

const REQUIRED: [&str; 3] = ["DATABASE_URL", "JWT_SECRET_KEY", "REDIS_URL"];

#[test]
fn the_example_of_a_configuration_lists_every_variable_once_with_its_default() {
    let text = read(".env.example");
    let mut listed: Vec<_> =
        text.lines().map(|line| line.trim_start_matches("# ")).filter_map(|line| assignment(line, '=')).collect();
    listed.sort_unstable();
    assert_eq!(listed, VARIABLES);
}

#[test]
fn the_example_of_a_configuration_sets_what_is_required_and_nothing_else() {
    let text = read(".env.example");
    let mut set: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    set.sort_unstable();
    assert_eq!(set, REQUIRED.map(|name| format!("{name}=")));
}

#[test]
fn the_composed_service_is_configured_by_variables_that_it_knows() {
    let text = read("docker-compose.yml");
    let environment: BTreeMap<_, _> = text
        .lines()
        .skip_while(|line| line.trim_end() != "  app:")
        .skip_while(|line| line.trim() != "environment:")
        .skip(1)
        .take_while(|line| line.starts_with("      "))
        .filter_map(|line| assignment(line.trim(), ':'))
        .collect();
    for name in environment.keys() {
        assert!(VARIABLES.iter().any(|(known, _)| known == name), "{name} is unknown");
    }
    for name in REQUIRED {
        assert!(environment.contains_key(name), "{name} is required");
    }
    assert!(environment["JWT_SECRET_KEY"].len() >= 32, "the key is too short to be taken");
}

#[test]
fn the_image_is_built_with_the_pinned_toolchain() {
    let toolchain = read("rust-toolchain.toml");
    let version =
        toolchain.lines().find_map(|line| line.strip_prefix("channel = ")).expect("a version is pinned").trim_matches('"');
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains(&format!("FROM rust:{version}-")), "the image is not rust:{version}");
    assert!(dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={version}\n")), "the toolchain is not {version}");
}

/// The name in capitals and the value of `NAME=value` or `NAME: value`.
fn assignment(line: &str, separator: char) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(separator)?;
    let is_name = !name.is_empty() && name.chars().all(|character| character.is_ascii_uppercase() || character == '_');
    is_name.then(|| (name, value.trim()))
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
