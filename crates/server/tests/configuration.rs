//! Every setting: its default, what it may be, and how what it may not be is told.

use library_server::config::{
    CacheLocation, ConfigProblems, Environment, LogFormat, LogLevel, Settings, Sources, VARIABLES, dev_defaults,
};
use library_shared_http::TrustedProxies;
use rstest::rstest;
use std::{fs, num::NonZeroU32, os::unix::fs::PermissionsExt, time::Duration};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The least that a server needs, with these variables over it.
fn with(variables: &[(&str, &str)]) -> Sources {
    let least = [("DATABASE_URL", "sqlite::memory:"), ("REDIS_URL", "memory://"), ("JWT_SECRET_KEY", SECRET)];
    let kept = least.iter().filter(|(name, _)| !variables.iter().any(|(given, _)| given == name));
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources { environment: kept.chain(variables).map(pair).collect(), ..Sources::default() }
}

fn load(variables: &[(&str, &str)]) -> Result<Settings, ConfigProblems> {
    Settings::load(&with(variables))
}

/// The variables that are complained about.
fn complaints(outcome: Result<Settings, ConfigProblems>) -> Vec<String> {
    outcome.err().map(|problems| problems.0.into_iter().map(|problem| problem.variable).collect()).unwrap_or_default()
}

#[test]
fn what_is_not_given_has_its_default() {
    let settings = load(&[]).expect("settings");
    assert_eq!((settings.environment, settings.docs_enabled), (Environment::Test, true));
    assert_eq!((settings.host.as_str(), settings.port), ("127.0.0.1", 8_000));
    assert_eq!(settings.cache_ttl, Duration::from_mins(5));
    assert_eq!(settings.access_token_ttl, time::Duration::minutes(15));
    assert_eq!(settings.verification_token_ttl, time::Duration::hours(24));
    assert_eq!(settings.password_reset_token_ttl, time::Duration::HOUR);
    assert_eq!(settings.refresh_token_ttl, library_auth_app::RefreshTokenLifetime::from_days(30));
    assert_eq!(settings.loan_period.duration(), time::Duration::days(14));
    assert_eq!((settings.log_level, settings.log_format), (LogLevel::Info, LogFormat::Console));
    assert_eq!(settings.app_base_url.as_str(), "http://localhost:8000/");
    assert_eq!((settings.cors_allowed_origins, settings.max_connections.get()), (Vec::new(), 900));
    assert!(settings.smtp.is_none());
    assert!(settings.cache == CacheLocation::InProcess);
    assert_eq!(settings.requests_per_minute.map(NonZeroU32::get), Some(600));
    assert_eq!(settings.trusted_proxies, TrustedProxies::default());
    assert_eq!(format!("{:?}", settings.jwt_keys), "JwtKeys(HS256, [redacted])");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let wrong = [
        ("DATABASE_URL", "mysql://localhost"),
        ("REDIS_URL", "localhost:6379"),
        ("JWT_SECRET_KEY", "short"),
        ("ENVIRONMENT", "production"),
        ("DOCS_ENABLED", "no"),
        ("PORT", "65536"),
        ("CACHE_TTL", "0"),
        ("LOG_LEVEL", "info"),
        ("LOG_FORMAT", "JSON"),
        ("APP_BASE_URL", "library.example.com"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("MAX_CONNECTIONS", "0"),
        ("SMTP_PORT", "0"),
        ("SMTP_FROM", "nobody"),
        ("SMTP_USE_TLS", "yes"),
        ("RATE_LIMIT", "yes"),
        ("RATE_LIMIT_PER_MINUTE", "0"),
        ("TRUSTED_PROXIES", "proxy.example.com"),
        ("REDIS_CA_FILE", "/nowhere"),
        ("SMTP_CA_FILE", "/etc/passwd"),
    ];
    let mut told = complaints(load(&wrong));
    told.sort();
    let mut expected: Vec<_> = wrong.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn what_is_required_and_missing_is_told() {
    let empty = Settings::load(&Sources::default());
    assert_eq!(complaints(empty), ["DATABASE_URL", "REDIS_URL", "JWT_SECRET_KEY"]);
}

#[rstest]
#[case("DATABASE_URL", &["postgres://localhost/library", "postgresql://u:p@localhost:5433/library", "sqlite://library.db", "sqlite::memory:", "postgres://localhost/library?sslmode=prefer"], &["", "library.db", "http://localhost", "postgres://localhost/library?sslmode=allow", "postgres://localhost/library?sslmode=verify-full&sslrootcert=/nowhere", "postgres://localhost/library?sslrootcert=system"])]
#[case("REDIS_URL", &["redis://localhost", "rediss://localhost:6380/1", "unix:///run/redis.sock", "memory://"], &["", "memory://x", "redis://", "redis://localhost/abc", "http://localhost", "rediss://localhost/#insecure"])]
#[case("JWT_SECRET_KEY", &["01234567890123456789012345678901", "ééééééééééééééééé"], &["", "0123456789012345678901234567890"])]
#[case("ENVIRONMENT", &["dev", "test"], &["Dev", "production", "staging"])]
#[case("DOCS_ENABLED", &["true", "false"], &["True", "1", "no"])]
#[case("RATE_LIMIT", &["on", "off"], &["ON", "true", "1"])]
#[case("RATE_LIMIT_PER_MINUTE", &["1", "100000"], &["0", "-1", "1.5", "x"])]
#[case("TRUSTED_PROXIES", &["", "10.0.0.1", "10.0.0.0/8, ::1", "2001:db8::/32"], &["localhost", "10.0.0.0/33", "10.0.0.1,", "*"])]
#[case("HOST", &["0.0.0.0", "::1", "localhost"], &["local host"])]
#[case("PORT", &["0", "1", "65535"], &["-1", "65536", "http", "8000.0"])]
#[case("METRICS_ADDR", &["127.0.0.1:9100", "0.0.0.0:0", "[::1]:9100", "localhost:65535"], &["9100", ":9100", "localhost", "localhost:", "localhost:65536", "::1:9100", "[localhost]:9100", "local host:9100", "http://localhost:9100"])]
#[case("CACHE_TTL", &["1", "86400"], &["0", "-1", "1.5", "300s"])]
#[case("ACCESS_TOKEN_TTL_MINUTES", &["1"], &["0", "-1", "x"])]
#[case("REFRESH_TOKEN_TTL_DAYS", &["1", "365"], &["0", "-1", "x"])]
#[case("VERIFICATION_TOKEN_TTL_HOURS", &["1"], &["0", "-1", "x"])]
#[case("PASSWORD_RESET_TOKEN_TTL_MINUTES", &["1"], &["0", "-1", "x"])]
#[case("LOAN_PERIOD_DAYS", &["1"], &["0", "-1", "x", "999999999999"])]
#[case("LOG_LEVEL", &["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], &["debug", "Info", "WARN", "TRACE"])]
#[case("LOG_FORMAT", &["console", "json"], &["Console", "JSON", "text"])]
#[case("JWT_ALGORITHM", &["HS256", "HS384", "HS512"], &["hs256", "none", "ES256"])]
#[case("APP_BASE_URL", &["http://localhost:8000", "https://library.example.com/app/"], &["library", "ftp://example.com", "https://", "https://example.com/?a=1"])]
#[case("CORS_ALLOWED_ORIGINS", &["https://app.example.com", "https://a.example.com, http://localhost:3000"], &["*", "null", "app.example.com", "https://a.example.com/", "https://a.example.com,", "https://*.example.com"])]
#[case("MAX_CONNECTIONS", &["1", "100000"], &["0", "-1", "x", "1.5"])]
#[case("SMTP_PORT", &["1", "65535"], &["0", "65536", "smtp"])]
#[case("SMTP_FROM", &["library@example.com", "The Library <library@example.com>"], &["library", "@example.com"])]
#[case("OTEL_EXPORTER_OTLP_ENDPOINT", &["http://localhost:4318", "https://collector.example.com/otlp"], &["localhost:4318", "grpc://localhost:4317"])]
#[case("SMTP_USE_TLS", &["true", "false"], &["True", "1", "yes"])]
fn a_value_is_accepted_or_told(#[case] variable: &str, #[case] accepted: &[&str], #[case] refused: &[&str]) {
    for value in accepted {
        assert_eq!(complaints(load(&[(variable, value)])), [""; 0], "{value:?}");
    }
    for value in refused {
        assert_eq!(complaints(load(&[(variable, value)])), [variable], "{value:?}");
    }
}

#[test]
fn no_message_holds_a_secret() {
    let outcome = load(&[
        ("JWT_SECRET_KEY", "hunter2"),
        ("DATABASE_URL", "postgres//u:hunter2@localhost"),
        ("REDIS_URL", "redis//:hunter2@localhost"),
        ("SMTP_PASSWORD", "hunter2"),
        ("DATABSE_URL", "hunter2"),
    ]);
    let message = outcome.err().expect("problems").to_string();
    assert!(!message.contains("hunter2"), "{message}");
    for variable in ["JWT_SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_USERNAME", "DATABSE_URL"] {
        assert!(message.contains(&format!("\n  {variable}: ")), "{message}");
    }
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let settings = load(&[("SMTP_HOST", ""), ("PORT", ""), ("LOG_LEVEL", "")]).expect("settings");
    assert!(settings.smtp.is_none());
    assert_eq!(settings.port, 8_000);
    assert_eq!(complaints(load(&[("DATABASE_URL", "")])), ["DATABASE_URL"]);
}

#[test]
fn the_environment_wins_over_dotenv_and_dotenv_over_the_default() {
    let dotenv = "# a comment\nPORT=9000\nexport HOST='0.0.0.0'\nCACHE_TTL=60\nJWT_SECRET_KEY=99999999999999999999999999999999\n";
    let sources = Sources { dotenv: Some(dotenv.to_owned()), ..with(&[("PORT", "9001"), ("CACHE_TTL", "")]) };
    let settings = Settings::load(&sources).expect("settings");
    assert_eq!((settings.host.as_str(), settings.port), ("0.0.0.0", 9_001));
    assert_eq!(settings.cache_ttl, Duration::from_mins(1));
}

#[test]
fn an_unknown_key_in_dotenv_stops_the_start() {
    let sources = Sources { dotenv: Some("CASH_TTL=60\nPORTS=1\n".to_owned()), ..with(&[]) };
    assert_eq!(complaints(Settings::load(&sources)), ["CASH_TTL", "PORTS"]);
}

#[test]
fn a_line_of_dotenv_that_cannot_be_read_is_told_by_its_number_alone() {
    let sources = Sources { dotenv: Some("PORT=9000\nhunter2 is the password\n".to_owned()), ..with(&[]) };
    let message = Settings::load(&sources).err().expect("problems").to_string();
    assert!(message.contains(".env: line 2") && !message.contains("hunter2"), "{message}");
}

#[rstest]
#[case("DATABSE_URL", true)]
#[case("DATABASE_URI", true)]
#[case("JWT_SECRET", false)]
#[case("LOGLEVEL", true)]
#[case("PROT", false)]
#[case("HOSTNAME", false)]
#[case("PGDATABASE", false)]
#[case("TEST_DATABASE_URL", false)]
fn a_likely_misspelling_in_the_environment_stops_the_start(#[case] name: &str, #[case] stops: bool) {
    assert_eq!(complaints(load(&[(name, "x")])).contains(&name.to_owned()), stops);
}

#[test]
fn a_mail_server_is_described_whole() {
    let settings = load(&[
        ("SMTP_HOST", "mail.example.com"),
        ("SMTP_USERNAME", "library"),
        ("SMTP_PASSWORD", "12345678"),
        ("SMTP_USE_TLS", "true"),
    ]);
    let smtp = settings.expect("settings").smtp.expect("a mail server");
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.from.as_str()), ("mail.example.com", 587, "library@example.com"));
    assert_eq!(smtp.credentials, Some(("library".to_owned(), "12345678".to_owned())));
    assert!(smtp.use_tls);
    assert_eq!(complaints(load(&[("SMTP_USERNAME", "library")])), ["SMTP_PASSWORD"]);
    assert_eq!(complaints(load(&[("SMTP_PASSWORD", "12345678")])), ["SMTP_USERNAME"]);
}

#[test]
fn rsa_keys_are_read_from_their_files_and_must_match() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    };
    let pair = || rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key pair");
    let (ours, other) = (pair(), pair());
    let private = file("private.pem", &ours.serialize_pem());
    let (public, mismatched) = (file("public.pem", &ours.public_key_pem()), file("other.pem", &other.public_key_pem()));
    let nonsense = file("nonsense.pem", "nonsense");
    let with_keys = |private: &str, public: &str| {
        complaints(load(&[
            ("JWT_ALGORITHM", "RS256"),
            ("JWT_SECRET_KEY", ""),
            ("JWT_PRIVATE_KEY_FILE", private),
            ("JWT_PUBLIC_KEY_FILE", public),
        ]))
    };
    assert_eq!(with_keys(&private, &public), [""; 0]);
    assert_eq!(with_keys(&private, &mismatched), ["JWT_PUBLIC_KEY_FILE"]);
    assert_eq!(with_keys(&nonsense, &public), ["JWT_PRIVATE_KEY_FILE"]);
    assert_eq!(with_keys("/nowhere", ""), ["JWT_PRIVATE_KEY_FILE", "JWT_PUBLIC_KEY_FILE"]);
}

#[test]
fn authorities_are_read_from_their_files_and_go_with_tls_alone() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = rcgen::CertificateParams::default().self_signed(&key).expect("a certificate");
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), certificate.pem()).expect("written");
    let path = file.path().to_str().expect("a path in UTF-8");
    let redis = |url: &str| complaints(load(&[("REDIS_URL", url), ("REDIS_CA_FILE", path)]));
    assert_eq!(redis("rediss://localhost"), [""; 0]);
    assert_eq!(redis("memory://"), ["REDIS_CA_FILE"]);
    assert_eq!(redis("redis://localhost"), ["REDIS_CA_FILE"]);
    let smtp = load(&[("SMTP_HOST", "localhost"), ("SMTP_USE_TLS", "true"), ("SMTP_CA_FILE", path)]).expect("settings").smtp;
    assert_eq!(smtp.and_then(|smtp| smtp.extra_root_certificate), Some(certificate.pem().into_bytes()));
    let url = format!("postgres://localhost/library?sslmode=verify-full&sslrootcert={path}");
    assert_eq!(complaints(load(&[("DATABASE_URL", &url)])), [""; 0]);
}

#[test]
fn a_password_for_a_mail_server_goes_with_one() {
    assert_eq!(complaints(load(&[("SMTP_USERNAME", "library"), ("SMTP_PASSWORD", "secret")])), ["SMTP_HOST"]);
}

#[test]
fn a_previous_key_is_another_one_of_the_same_sort() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_string_lossy().into_owned()
    };
    let pair = || rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key pair");
    let (ours, other) = (pair(), pair());
    let (private, public) = (file("private.pem", &ours.serialize_pem()), file("public.pem", &ours.public_key_pem()));
    let (previous, nonsense) = (file("previous.pem", &other.public_key_pem()), file("nonsense.pem", "nonsense"));
    let another = "fedcba9876543210fedcba9876543210";

    let with_secret = |variable, value| complaints(load(&[(variable, value)]));
    assert_eq!(with_secret("JWT_PREVIOUS_SECRET_KEY", another), [""; 0]);
    assert_eq!(with_secret("JWT_PREVIOUS_SECRET_KEY", ""), [""; 0]);
    assert_eq!(with_secret("JWT_PREVIOUS_SECRET_KEY", SECRET), ["JWT_PREVIOUS_SECRET_KEY"]);
    assert_eq!(with_secret("JWT_PREVIOUS_SECRET_KEY", "short"), ["JWT_PREVIOUS_SECRET_KEY"]);
    assert_eq!(with_secret("JWT_PREVIOUS_PUBLIC_KEY_FILE", &previous), ["JWT_PREVIOUS_PUBLIC_KEY_FILE"]);

    let with_pair = |variable, value| {
        let files = [("JWT_PRIVATE_KEY_FILE", &*private), ("JWT_PUBLIC_KEY_FILE", &public)];
        let variables = [("JWT_ALGORITHM", "RS256"), ("JWT_SECRET_KEY", ""), files[0], files[1], (variable, value)];
        complaints(load(&variables))
    };
    assert_eq!(with_pair("JWT_PREVIOUS_PUBLIC_KEY_FILE", &previous), [""; 0]);
    assert_eq!(with_pair("JWT_PREVIOUS_PUBLIC_KEY_FILE", &public), ["JWT_PREVIOUS_PUBLIC_KEY_FILE"]);
    assert_eq!(with_pair("JWT_PREVIOUS_PUBLIC_KEY_FILE", &nonsense), ["JWT_PREVIOUS_PUBLIC_KEY_FILE"]);
    assert_eq!(with_pair("JWT_PREVIOUS_PUBLIC_KEY_FILE", "/nowhere"), ["JWT_PREVIOUS_PUBLIC_KEY_FILE"]);
    assert_eq!(with_pair("JWT_PREVIOUS_SECRET_KEY", another), ["JWT_PREVIOUS_SECRET_KEY"]);
}

#[test]
fn the_table_of_variables_has_each_once() {
    let mut names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn dev_keeps_a_random_key_for_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/library.db", folder.path().display());
    let sources = Sources { environment: vec![("DATABASE_URL".to_owned(), url)], ..Sources::default() };

    let first = dev_defaults(&sources).expect("defaults");
    let second = dev_defaults(&sources).expect("defaults");

    assert_eq!(first, second);
    let key = folder.path().join("library.key");
    assert_eq!(fs::metadata(&key).expect("the key").permissions().mode() & 0o777, 0o600);
    let kept = fs::read_to_string(&key).expect("the key");
    assert_eq!(kept.strip_prefix("insecure-development-key-").map(str::len), Some(64));
    Settings::load(&Sources { defaults: first, ..sources }).expect("settings");
}

/// What a production has besides the least.
const PRODUCTION: [(&str, &str); 3] =
    [("ENVIRONMENT", "prod"), ("APP_BASE_URL", "https://library.example.com"), ("SMTP_HOST", "mail.example.com")];

#[test]
fn a_production_has_all_that_it_needs_and_does_not_show_its_document() {
    let settings = load(&PRODUCTION).expect("settings");
    assert_eq!((settings.environment, settings.docs_enabled), (Environment::Prod, false));
    let shown = load(&[&PRODUCTION[..], &[("DOCS_ENABLED", "true")]].concat()).expect("settings");
    assert!(shown.docs_enabled);
    let hidden = load(&[("DOCS_ENABLED", "false")]).expect("settings");
    assert!(!hidden.docs_enabled);
}

#[test]
fn all_that_a_production_lacks_is_told_at_once() {
    let lacking = [("ENVIRONMENT", "prod"), ("JWT_SECRET_KEY", "insecure-development-key-0123456789abcdef"), ("PORT", "x")];
    assert_eq!(complaints(load(&lacking)), ["PORT", "APP_BASE_URL", "SMTP_HOST", "JWT_SECRET_KEY"]);
    let elsewhere = [("ENVIRONMENT", "test"), ("JWT_SECRET_KEY", "insecure-development-key-0123456789abcdef")];
    assert_eq!(complaints(load(&elsewhere)), [""; 0]);
}

#[rstest]
#[case::of_this_release(None)]
#[case::of_an_earlier_one(Some(SECRET))]
fn a_production_refuses_the_key_that_dev_keeps_beside_its_database(#[case] kept: Option<&str>) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/library.db", folder.path().display());
    if let Some(kept) = kept {
        fs::write(folder.path().join("library.key"), kept).expect("written");
    }
    let sources = Sources { environment: vec![("DATABASE_URL".to_owned(), url.clone())], ..Sources::default() };
    let defaults = dev_defaults(&sources).expect("defaults");
    let key = defaults.iter().find(|(name, _)| name == "JWT_SECRET_KEY").map(|(_, key)| key.clone()).expect("a key");
    let production = [&PRODUCTION[..], &[("DATABASE_URL", url.as_str()), ("JWT_SECRET_KEY", key.as_str())]].concat();
    assert_eq!(complaints(load(&production)), ["JWT_SECRET_KEY"]);
}

#[test]
fn in_dev_what_is_set_wins() {
    let sources = with(&[("PORT", "9000")]);
    let defaults = dev_defaults(&sources).expect("defaults");
    assert!(!defaults.iter().any(|(name, _)| name == "JWT_SECRET_KEY"));
    let settings = Settings::load(&Sources { defaults, ..sources }).expect("settings");
    assert_eq!(settings.environment, Environment::Dev);
    assert_eq!(settings.database_url.to_string(), "sqlite::memory:");
    assert_eq!(settings.app_base_url.as_str(), "http://localhost:9000/");
}

#[test]
fn without_limits_their_number_means_nothing() {
    let settings = load(&[("RATE_LIMIT", "off"), ("RATE_LIMIT_PER_MINUTE", "7")]).expect("settings");
    assert_eq!(settings.requests_per_minute, None);
    let settings = load(&[("RATE_LIMIT_PER_MINUTE", "7")]).expect("settings");
    assert_eq!(settings.requests_per_minute, NonZeroU32::new(7));
}
