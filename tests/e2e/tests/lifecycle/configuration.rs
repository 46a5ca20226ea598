use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, Finished, KEY, PASSWORD, Server, Storage,
};
use library_testkit::servers::PostgresServer;
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rstest::rstest;
use serde_json::{Value, json};
use std::{net::TcpListener, sync::LazyLock, time::Duration};

/// What a start may take that gives up after five seconds, on a machine that does much else.
const GIVEN_UP: Duration = Duration::from_secs(8);

#[rstest]
#[case::serve("serve")]
#[case::migrate("migrate")]
#[tokio::test]
async fn what_is_required_and_missing_is_named(#[case] command: &str) {
    let finished = Command::new([command]).with("JWT_SECRET_KEY", "").run().await;
    let expected: &[_] = if command == "serve" { &["DATABASE_URL", "JWT_SECRET_KEY", "REDIS_URL"] } else { &["DATABASE_URL"] };
    assert_eq!(problems_of(&finished), expected, "{}", finished.stderr);
}

#[tokio::test]
async fn every_problem_is_listed_at_once_and_no_secret_with_it() {
    let wrong = [
        ("ACCESS_TOKEN_TTL_MINUTES", "0"),
        ("APP_BASE_URL", "ftp://hunter2"),
        ("CACHE_TTL", "-1"),
        ("CORS_ALLOWED_ORIGINS", "https://hunter2/"),
        ("DATABASE_URL", "mysql://library:hunter2@localhost/library"),
        ("DOCS_ENABLED", "hunter2"),
        ("ENVIRONMENT", "hunter2"),
        ("JWT_ALGORITHM", "hs256"),
        ("LOAN_PERIOD_DAYS", "two weeks"),
        ("LOG_FORMAT", "JSON"),
        ("LOG_LEVEL", "info"),
        ("MAX_CONNECTIONS", "0"),
        ("PORT", "65536"),
        ("REDIS_URL", "http://:hunter2@localhost"),
        ("REFRESH_TOKEN_TTL_DAYS", "1.5"),
        ("SMTP_FROM", "hunter2"),
        ("SMTP_PORT", "0"),
        ("SMTP_USE_TLS", "yes"),
        ("VERIFICATION_TOKEN_TTL_HOURS", "99999999999999999999"),
    ];
    let mut command = Command::new(["serve"]).with("DATABSE_URL", "hunter2").with_dotenv("SMTP_SERVER=hunter2\n");
    for (name, value) in wrong {
        command = command.with(name, value);
    }
    let finished = command.run().await;
    let mut expected: Vec<_> = wrong.iter().map(|(name, _)| *name).chain(["DATABSE_URL", "SMTP_SERVER"]).collect();
    expected.sort_unstable();
    assert_eq!(problems_of(&finished), expected, "{}", finished.stderr);
    assert!(!finished.stderr.contains("hunter2"), "{}", finished.stderr);
    assert!(finished.stderr.contains("did you mean DATABASE_URL?"), "{}", finished.stderr);
    for allowed in ["DEBUG, INFO, WARNING, ERROR or CRITICAL", "console or json", "HS256, HS384, HS512, RS256, RS384 or RS512"] {
        assert!(finished.stderr.contains(allowed), "{}", finished.stderr);
    }
}

#[rstest]
#[case::a_short_key(&[("JWT_SECRET_KEY", "hunter2")], "JWT_SECRET_KEY")]
#[case::a_user_without_a_password(&[("SMTP_USERNAME", "hunter2")], "SMTP_PASSWORD")]
#[case::a_password_without_a_user(&[("SMTP_PASSWORD", "hunter2")], "SMTP_USERNAME")]
#[case::keys_that_are_no_files(&[("JWT_ALGORITHM", "RS256"), ("JWT_PRIVATE_KEY_FILE", "hunter2"), ("JWT_PUBLIC_KEY_FILE", "/dev/null")], "JWT_PRIVATE_KEY_FILE")]
#[tokio::test]
async fn what_does_not_go_together_is_named(#[case] variables: &[(&str, &str)], #[case] named: &str) {
    let mut command = Command::new(["serve"])
        .with("DATABASE_URL", "sqlite::memory:")
        .with("REDIS_URL", "memory://")
        .with("JWT_SECRET_KEY", KEY)
        .with("PORT", "0");
    for (name, value) in variables {
        command = command.with(name, *value);
    }
    let finished = command.run().await;
    assert_eq!(problems_of(&finished), [named], "{}", finished.stderr);
    assert!(!finished.stderr.contains("hunter2"), "{}", finished.stderr);
}

#[rstest]
#[tokio::test]
async fn a_file_fills_in_what_the_environment_does_not_say(#[values(Sqlite, Postgres)] backend: Backend) {
    let storage = Storage::new(backend).await;
    let text = "DATABASE_URL=postgres://nobody:hunter2@127.0.0.1:1/nothing\n";
    let migrate = || Command::new(["migrate"]);
    let in_file = format!("# where the books are\nDATABASE_URL=\"{}\"\n", storage.database_url());
    let finished = migrate().with_dotenv(&in_file).run().await;
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let finished = migrate().with_dotenv(text).with("DATABASE_URL", storage.database_url()).run().await;
    assert_eq!(finished.code, Some(0), "the environment wins: {}", finished.stderr);
    let finished = migrate().with_dotenv(&in_file).with("DATABASE_URL", "").run().await;
    assert_eq!(finished.code, Some(0), "an empty variable is an unset one: {}", finished.stderr);
}

#[rstest]
#[case::refused("127.0.0.1:1", "refused")]
#[case::unknown("nothing.invalid:5432", "")]
#[tokio::test]
async fn a_database_that_cannot_be_reached_stops_the_start(
    #[case] address: &str,
    #[case] reason: &str,
    #[values("serve", "migrate")] command: &str,
) {
    let finished = started_on(command, &format!("postgres://library:hunter2@{address}/library")).await;
    assert_gave_up(&finished, address);
    assert!(finished.stderr.contains(reason), "{}", finished.stderr);
}

#[tokio::test]
async fn a_database_that_does_not_answer_stops_the_start() {
    // It accepts connections, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = silent.local_addr().expect("it is bound").to_string();
    let finished = started_on("serve", &format!("postgres://library:hunter2@{address}/library")).await;
    assert_gave_up(&finished, &address);
}

#[tokio::test]
async fn a_database_server_without_that_database_stops_the_start() {
    let server = PostgresServer::start().await;
    let finished = started_on("serve", &format!("postgres://postgres:hunter2@127.0.0.1:{}/nothing", server.port())).await;
    assert_gave_up(&finished, &format!("127.0.0.1:{}", server.port()));
    assert!(finished.stderr.contains("does not exist"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_file_that_cannot_be_made_stops_the_start() {
    let finished = started_on("serve", "sqlite:///nowhere/at/all/library.db").await;
    assert_gave_up(&finished, "/nowhere/at/all/library.db");
}

#[tokio::test]
async fn an_address_that_is_taken_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let command = Command::new(["serve"]).with("DATABASE_URL", "sqlite::memory:").with("REDIS_URL", "memory://");
    let finished = command.with("JWT_SECRET_KEY", KEY).with("PORT", &*port).run().await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.contains(&format!("127.0.0.1:{port}")) && finished.stderr.contains("in use"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_database_in_memory_serves_too() {
    let server = Server::builder(Sqlite).await.with("DATABASE_URL", "sqlite::memory:").start().await;
    let borrower = server.given_borrower().await;
    let book = server.given_book().await;
    server.given_loan(&borrower, &book).await;
}

#[rstest]
#[tokio::test]
async fn every_algorithm_signs_and_no_other_is_accepted(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("HS256", "HS384", "HS512", "RS256", "RS384", "RS512")] algorithm: &str,
) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let path = |name: &str| directory.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let (private, public) = rsa_keys();
    std::fs::write(path("private.pem"), private).expect("a file can be written");
    std::fs::write(path("public.pem"), public).expect("a file can be written");
    let mut builder = Server::builder(backend).await.with("JWT_ALGORITHM", algorithm);
    if algorithm.starts_with("RS") {
        builder = builder
            .without("JWT_SECRET_KEY")
            .with("JWT_PRIVATE_KEY_FILE", path("private.pem"))
            .with("JWT_PUBLIC_KEY_FILE", path("public.pem"));
    }
    let server = builder.start().await;
    let borrower = server.given_borrower().await;
    let token = server.given_login(&borrower.member).await.access;
    let header = jsonwebtoken::decode_header(&token).expect("a token");
    assert_eq!(format!("{:?}", header.alg), algorithm);
    let book = server.given_book().await;
    server.given_loan(&borrower, &book).await;

    // The same claims by another algorithm, with what a stranger knows or might: the public key, or even the secret one.
    let claims: Value = jsonwebtoken::dangerous::insecure_decode(&token).expect("a token").claims;
    for other in [jsonwebtoken::Algorithm::HS256, jsonwebtoken::Algorithm::HS384, jsonwebtoken::Algorithm::HS512] {
        if format!("{other:?}") == algorithm {
            continue;
        }
        for key in [public.as_bytes(), KEY.as_bytes()] {
            let key = jsonwebtoken::EncodingKey::from_secret(key);
            let forged = jsonwebtoken::encode(&jsonwebtoken::Header::new(other), &claims, &key).expect("it can be signed");
            assert_eq!(server.with_token(&forged).post("/loans", json!({})).await.status, 401, "{other:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_token_lives_as_long_as_the_settings_say(#[values(Sqlite, Postgres)] backend: Backend) {
    let builder = Server::builder(backend).await.with("ACCESS_TOKEN_TTL_MINUTES", "2").with("VERIFICATION_TOKEN_TTL_HOURS", "3");
    let server = builder.start().await;
    let member = server.given_member().await;
    let login = server.post("/auth/login", json!({"email": member.email, "password": PASSWORD})).await.json_of(200);
    let life = |token: &str| {
        let claims: Value = jsonwebtoken::dangerous::insecure_decode(token).expect("a token").claims;
        claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(expiry, issue)| expiry - issue)
    };
    assert_eq!(life(login["access_token"].as_str().expect("a text")), Some(2 * 60));
    assert_eq!(life(&server.mailed_token(&member).await), Some(3 * 3_600));
}

/// The variables that the configuration was refused for, in order; nothing was served.
fn problems_of(finished: &Finished) -> Vec<String> {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{}", finished.stderr);
    let mut lines = finished.stderr.lines();
    assert_eq!(lines.next(), Some("library-server: the configuration cannot be used:"));
    let mut names: Vec<_> = lines.map(|line| line.trim_start().split_once(": ").expect("variable: rule").0.to_owned()).collect();
    names.sort_unstable();
    names
}

async fn started_on(command: &str, database_url: &str) -> Finished {
    let command = Command::new([command]).with("DATABASE_URL", database_url).with("REDIS_URL", "memory://");
    command.with("JWT_SECRET_KEY", KEY).with("PORT", "0").run().await
}

fn assert_gave_up(finished: &Finished, database: &str) {
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert!(finished.took < GIVEN_UP, "{:?}", finished.took);
    assert!(finished.stderr.contains(database), "{}", finished.stderr);
    assert!(!finished.stderr.contains("hunter2") && !finished.stdout.contains("hunter2"), "{finished:?}");
}

/// A private and its public key, in PEM; made once, which takes a while.
fn rsa_keys() -> &'static (String, String) {
    static KEYS: LazyLock<(String, String)> = LazyLock::new(|| {
        let keys = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("keys can be made");
        (keys.serialize_pem(), keys.public_key_pem())
    });
    &KEYS
}
