use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, Server, Storage,
};
use rstest::rstest;
use tokio_postgres::NoTls;

#[tokio::test]
async fn the_help_names_every_command_and_the_version_is_a_line() {
    let help = Command::new(["--help"]).run().await;
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for command in ["serve", "worker", "dev", "migrate", "import", "notifications", "openapi", "healthcheck"] {
        assert!(help.stdout.lines().any(|line| line.trim_start().starts_with(command)), "{}", help.stdout);
    }
    let version = Command::new(["--version"]).run().await;
    let expected = format!("library-server {}", env!("CARGO_PKG_VERSION"));
    assert_eq!((version.code, version.stdout, version.stderr), (Some(0), expected, String::new()));
}

#[rstest]
#[case::nothing(&[])]
#[case::no_command_of_ours(&["server"])]
#[case::half_a_command(&["notifications"])]
#[case::nothing_to_import(&["import"])]
#[case::an_unknown_option(&["serve", "--port"])]
#[case::an_id_that_is_none(&["notifications", "retry", "x"])]
#[tokio::test]
async fn a_command_that_makes_no_sense_is_answered_with_how_to_ask(#[case] arguments: &[&str]) {
    let finished = Command::new(arguments.iter().copied()).run().await;
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    assert!(finished.stderr.contains("Usage: library-server") || finished.stderr.contains("--help"), "{}", finished.stderr);
}

#[rstest]
#[tokio::test]
async fn a_server_that_runs_is_well_and_one_that_does_not_is_not(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    let (_, port) = server.address().split_once(':').expect("host:port");
    for host in ["127.0.0.1", "0.0.0.0", "localhost"] {
        let check = Command::new(["healthcheck"]).with("HOST", host).with("PORT", port).run().await;
        assert_eq!((check.code, check.stderr.as_str()), (Some(0), ""), "{host}");
    }
    // A proxy is for the way out; the server is on this machine.
    let proxied = Command::new(["healthcheck"]).with("PORT", port).with("HTTP_PROXY", "http://127.0.0.1:1").run().await;
    assert_eq!((proxied.code, proxied.stderr.as_str()), (Some(0), ""));
    let check = Command::new(["healthcheck"]).with("HOST", "127.0.0.1").with("PORT", port);
    server.kill();
    let finished = check.run().await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.starts_with("library-server: the server at http://127.0.0.1:"), "{}", finished.stderr);
}

#[rstest]
#[tokio::test]
async fn an_empty_database_is_migrated_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let storage = Storage::unmigrated(backend).await;
    let migrate = async || Command::new(["migrate"]).with("DATABASE_URL", storage.database_url()).run().await;
    let (first, second) = (migrate().await, migrate().await);
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{first:?} {second:?}");
    assert!(first.stdout.contains(": applied ") && second.stdout.ends_with(" is up to date"), "{first:?} {second:?}");
    let server = Server::on(&storage).start().await;
    assert_eq!(server.log().events_named("server_started")[0]["migrations"], 0);
}

#[rstest]
#[tokio::test]
async fn what_waits_is_listed_and_what_has_not_failed_is_not_retried(#[values(Sqlite, Postgres)] backend: Backend) {
    // Nobody takes mail there.
    let builder = Server::builder(backend).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1");
    let server = builder.start().await;
    let empty = notifications(server.storage(), &["list"]).await;
    assert_eq!(empty, "nothing is queued");
    let members = [server.given_member().await, server.given_member().await];
    let list = notifications(server.storage(), &["list"]).await;
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    for (line, member) in lines.iter().zip(&members) {
        assert!(line.contains(&format!(" verification for member {}: queued at ", member.id)), "{line}");
        assert!(line.contains(", waiting until ") && line.contains(" attempt(s)"), "{line}");
        assert!(!line.contains(&member.email) && !line.contains(&member.name), "{line}");
    }
    let retried = notifications(server.storage(), &["retry"]).await;
    assert_eq!(retried, "0 failed notification(s) will be sent again");
}

#[tokio::test]
async fn what_has_failed_is_kept_and_sent_when_somebody_says_so() {
    let builder = Server::builder(Postgres).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1");
    let mut server = builder.start().await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    server.kill();
    let (client, connection) =
        tokio_postgres::connect(&server.storage().database_url(), NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    let fail = "UPDATE notifications SET attempts = 10, failed_at = now(), claim_token = NULL, last_error = 'nobody took it'";
    assert_eq!(client.execute(fail, &[]).await.expect("both fail"), 2);

    // A failed one stays where it is, whatever starts.
    server.restart_with(|builder| builder.without("SMTP_HOST")).await;
    let newcomer = server.given_member().await;
    server.verify(&newcomer).await;
    let list = notifications(server.storage(), &["list"]).await;
    assert_eq!(list.matches(", failed at ").count(), 2, "{list}");
    assert_eq!(list.matches(", 10 attempt(s); nobody took it").count(), 2, "{list}");
    assert!(server.log().events_named("email_skipped_no_smtp").iter().all(|mail| mail["recipient"] == newcomer.email));

    let nobody = notifications(server.storage(), &["retry", "01890a5d-ac96-774b-bcce-b302099a8057"]).await;
    assert_eq!(nobody, "0 failed notification(s) will be sent again");
    let line = list.lines().find(|line| line.contains(&member.id)).expect("it is listed");
    let id = line.split(' ').next().expect("it begins with its id");
    let one = notifications(server.storage(), &["retry", id]).await;
    assert_eq!(one, "1 failed notification(s) will be sent again");
    server.verify(&member).await;
    let rest = notifications(server.storage(), &["retry"]).await;
    assert_eq!(rest, "1 failed notification(s) will be sent again");
    server.verify(&other).await;
}

async fn notifications(storage: &Storage, arguments: &[&str]) -> String {
    let command = Command::new(["notifications"].into_iter().chain(arguments.iter().copied()));
    let finished = command.with("DATABASE_URL", storage.database_url()).run().await;
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    finished.stdout
}
