//! The migrations, on both databases: up, down and up again, by two servers at once, and on a database from the future.

use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use library_shared_infra::{
    database::{Database, MigrationError, Session},
    with_connection,
};
use library_testkit::servers::postgres_database;
use rstest::rstest;
use std::any::Any;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Sqlite,
    Postgres,
}

/// An empty database's URL, and what must live as long as it is used.
async fn empty(kind: Kind) -> (String, Box<dyn Any>) {
    match kind {
        Kind::Sqlite => {
            let folder = tempfile::tempdir().expect("a folder for the database");
            (format!("sqlite://{}/library.db", folder.path().display()), Box::new(folder))
        }
        Kind::Postgres => {
            let database = postgres_database().await;
            (database.url().to_owned(), Box::new(database))
        }
    }
}

fn open(url: &str) -> Database {
    Database::open(&url.parse().expect("a database's URL")).expect("pools can be opened")
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many tables of ours there are.
async fn tables(database: &Database) -> i64 {
    let on_postgres = "SELECT count(*) AS number FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_%'";
    let on_sqlite = "SELECT count(*) AS number FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'";
    let session = Session::from(database.clone());
    with_connection!(session.read().await.expect("a connection"), |connection, statement = (on_postgres, on_sqlite)| {
        sql_query(statement).get_result::<Count>(connection).await
    })
    .expect("the tables can be counted")
    .number
}

async fn run(database: &Database, statement: &str) {
    let session = Session::from(database.clone());
    with_connection!(session.write().await.expect("a connection"), |connection| {
        sql_query(statement).execute(connection).await
    })
    .expect("the statement is right");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_go_up_down_and_up(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let (url, _keep_alive) = empty(kind).await;
    let database = open(&url);
    let count = database.migrate().await.expect("up");
    assert!(count > 0);
    assert_eq!(tables(&database).await, 7);
    assert_eq!(database.migrate().await.expect("nothing is pending"), 0);
    assert_eq!(database.revert_migrations().await.expect("down"), count);
    assert_eq!(tables(&database).await, 0);
    assert_eq!(database.migrate().await.expect("up again"), count);
    assert_eq!(tables(&database).await, 7);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_migrate_once(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let (url, _keep_alive) = empty(kind).await;
    let servers: Vec<_> = (0..8)
        .map(|_| {
            let database = open(&url);
            tokio::spawn(async move { database.migrate().await })
        })
        .collect();
    let mut counts = Vec::new();
    for server in servers {
        counts.push(server.await.expect("no panic").expect("migrated"));
    }
    counts.sort_unstable();
    assert!(counts[..7].iter().all(|count| *count == 0) && counts[7] > 0, "{counts:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_the_future_is_refused_and_left_alone(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let (url, _keep_alive) = empty(kind).await;
    let database = open(&url);
    database.migrate().await.expect("up");
    run(&database, "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')").await;

    let refused = database.migrate().await;

    match refused {
        Err(MigrationError::FromTheFuture { version, .. }) => assert_eq!(version, "99991231000000"),
        other => panic!("expected a refusal, got {other:?}"),
    }
    assert_eq!(tables(&database).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_is_one_for_all_connections() {
    let database = open("sqlite::memory:");
    database.migrate().await.expect("up");
    assert_eq!(tables(&database).await, 7);
    let another = open("sqlite::memory:");
    assert_eq!(tables(&another).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_told_with_the_reason_and_without_the_password() {
    for (url, reason) in
        [("postgres://library:hunter2@127.0.0.1:1/library", "refused"), ("sqlite:///nowhere/at/all/library.db", "unable to open")]
    {
        let error = open(url).check_reachable().await.expect_err("it is not there").to_string();
        assert!(error.contains(reason) && !error.contains("hunter2"), "{error}");
    }
}
