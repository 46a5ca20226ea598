//! What a server is for, and how much it tells.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, KEY, Problem, Server, ServerBuilder,
};
use library_testkit::servers::PostgresServer;
use rstest::rstest;
use serde_json::{Value, json};

/// With what a server of this environment insists on.
fn of(environment: &str, builder: ServerBuilder) -> ServerBuilder {
    let builder = builder.with("ENVIRONMENT", environment);
    match environment {
        "prod" => {
            builder.with("APP_BASE_URL", "https://library.example.com").with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1")
        }
        _ => builder,
    }
}

#[tokio::test]
async fn the_cause_of_a_fault_is_told_in_development_alone() {
    let postgres = PostgresServer::start().await;
    let database = postgres.database().await;
    let on_database = |builder: ServerBuilder| builder.with("DATABASE_URL", database.url());
    let start = async |environment| on_database(of(environment, Server::builder(Sqlite).await)).start().await;
    let servers = [("dev", start("dev").await), ("test", start("test").await), ("prod", start("prod").await)];
    postgres.kill().await;
    for (environment, server) in &servers {
        // Past the client of these tests, which takes no such answer.
        let response = server.request("GET", "/books").send().await.expect("an answer");
        assert_eq!(response.status(), 503);
        let document: Value = response.json().await.expect("JSON");
        assert_eq!(document["detail"], "Something that this needs is not available. Please try again.");
        let cause = document.get("cause").and_then(Value::as_str);
        if *environment == "dev" {
            assert!(cause.is_some_and(|cause| cause.contains("database") && cause.contains("refused")), "{document}");
        } else {
            assert_eq!(document.as_object().expect("an object").keys().filter(|name| *name == "cause").count(), 0, "{document}");
            assert!(!document.to_string().contains("refused"), "{document}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_production_serves_and_its_document_is_nowhere(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = of("prod", Server::builder(backend).await).start().await;
    let nothing = Problem::plain(404, "There is nothing at this path.");
    for path in ["/openapi.json", "/docs", "/docs/", "/docs/swagger-ui.css"] {
        server.get(path).await.assert_problem(&nothing);
    }
    server.get("/books").await.assert_is(200, &json!([]));
    server.restart_with(|builder| builder.with("DOCS_ENABLED", "true")).await;
    assert_eq!((server.get("/openapi.json").await.status, server.get("/docs/").await.status), (200, 200));
}

#[tokio::test]
async fn a_production_does_not_start_with_what_is_for_development() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let made_by_dev = {
        let _server = Server::dev_in(directory.path()).start().await;
        std::fs::read_to_string(directory.path().join("library.key")).expect("dev keeps a key")
    };
    let serve = |key: &str| {
        let command = Command::new(["serve"]).with("DATABASE_URL", "sqlite::memory:").with("REDIS_URL", "memory://");
        command.with("JWT_SECRET_KEY", key).with("ENVIRONMENT", "prod").with("PORT", "0")
    };
    let refused = serve(&made_by_dev).run().await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let told: Vec<_> =
        refused.stderr.lines().skip(1).filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name).collect();
    assert_eq!(told, ["APP_BASE_URL", "SMTP_HOST", "JWT_SECRET_KEY"], "{}", refused.stderr);
    assert!(!refused.stderr.contains(made_by_dev.trim()), "{}", refused.stderr);

    let refused = serve(KEY).with("SMTP_HOST", "mail.example.com").with("APP_BASE_URL", "http://library.example.com").run().await;
    assert!(refused.code == Some(2) && refused.stderr.contains("\n  APP_BASE_URL: must be an https URL"), "{refused:?}");
}
