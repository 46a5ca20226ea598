//! The migrations, on both databases: up, down and up again, by two servers at once, and on a database from the future.

use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
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
    // The search index has tables of its own on SQLite, and is a column on PostgreSQL.
    let on_sqlite = "SELECT count(*) AS number FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'book\\_search%' ESCAPE '\\'";
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
    assert_eq!(tables(&database).await, 8);
    assert_eq!(database.migrate().await.expect("nothing is pending"), 0);
    assert_eq!(database.revert_migrations().await.expect("down"), count);
    assert_eq!(tables(&database).await, 0);
    assert_eq!(database.migrate().await.expect("up again"), count);
    assert_eq!(tables(&database).await, 8);
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
    assert_eq!(tables(&database).await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_is_one_for_all_connections() {
    let database = open("sqlite::memory:");
    database.migrate().await.expect("up");
    assert_eq!(tables(&database).await, 8);
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

/// The schema before lists had orders, as diesel's harness leaves it, with a book, its borrower and their loan.
const OLD_ON_POSTGRES: [&str; 2] = [
    include_str!("../../../../migrations/postgres/2026-11-20-000000_library/up.sql"),
    "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
     INSERT INTO __diesel_schema_migrations (version) VALUES ('20261120000000');
     INSERT INTO books VALUES ('01890a5d-ac96-774b-bcce-b302099a8057', '9780141439587', 'ドラゴン Élan', 'ÄRGER', 'Œuvre', 1, now(), now());
     INSERT INTO members VALUES ('01890a5d-ac96-774b-bcce-b302099a8058', 'Zoë', 'Zoe@Example.com', 'zoe@example.com', true, 1, now(), now());
     INSERT INTO loans (id, book_id, member_id, loaned_at, due_at, version, created_at, updated_at) VALUES ('01890a5d-ac96-774b-bcce-b302099a8059',
         '01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058', now(), now(), 1, now(), now());",
];
const OLD_ON_SQLITE: [&str; 2] = [
    include_str!("../../../../migrations/sqlite/2026-11-20-000000_library/up.sql"),
    "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
     INSERT INTO __diesel_schema_migrations (version) VALUES ('20261120000000');
     INSERT INTO books VALUES (x'01890a5dac96774bbcceb302099a8057', '9780141439587', 'ドラゴン Élan', 'ÄRGER', 'Œuvre', 1, 0, 0);
     INSERT INTO members VALUES (x'01890a5dac96774bbcceb302099a8058', 'Zoë', 'Zoe@Example.com', 'zoe@example.com', 1, 1, 0, 0);
     INSERT INTO loans (id, book_id, member_id, loaned_at, due_at, version, created_at, updated_at) VALUES (x'01890a5dac96774bbcceb302099a8059',
         x'01890a5dac96774bbcceb302099a8057', x'01890a5dac96774bbcceb302099a8058', 0, 0, 1, 0, 0);",
];

/// How many books are kept under folded texts, found by their words, and on loan; and members likewise.
const KEPT_ON_POSTGRES: &str = "SELECT (SELECT count(*) FROM books WHERE title_order = 'トラコン elan' AND author_key = 'arger' AND search @@ 'wela:* & warg:* & wトラ:*'::tsquery)
    + (SELECT count(*) FROM members WHERE name_order = 'zoe') + (SELECT count(*) FROM loans JOIN books ON books.id = open_book_id) AS number";
const KEPT_ON_SQLITE: &str = "SELECT (SELECT count(*) FROM books JOIN book_search ON book_search.rowid = number
        WHERE title_order = 'トラコン elan' AND books.author_key = 'arger' AND book_search MATCH '\"ela\" * \"arg\" *')
    + (SELECT count(*) FROM members WHERE name_order = 'zoe') + (SELECT count(*) FROM loans JOIN books ON books.id = open_book_id) AS number";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_before_lists_had_orders_is_put_in_order_and_found(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let (url, _keep_alive) = empty(kind).await;
    let database = open(&url);
    run_all(&database, &OLD_ON_POSTGRES, &OLD_ON_SQLITE).await;
    assert!(database.migrate().await.expect("up") > 0);
    assert_eq!(count(&database, KEPT_ON_POSTGRES, KEPT_ON_SQLITE).await, 3);
}

/// Two sessions from before they told when they were used: one was renewed twice, the other never.
const OLD_SESSIONS_ON_POSTGRES: &str =
    "INSERT INTO sessions (id, member_id, created_at) VALUES
         ('01890a5d-ac96-774b-bcce-b30209900001', '01890a5d-ac96-774b-bcce-b302099a8058', '2026-11-01Z'),
         ('01890a5d-ac96-774b-bcce-b30209900002', '01890a5d-ac96-774b-bcce-b302099a8058', '2026-11-01Z');
     INSERT INTO refresh_tokens (id, session_id, member_id, token_hash, expires_at, revoked_at)
     SELECT gen_random_uuid(), session_id::uuid, '01890a5d-ac96-774b-bcce-b302099a8058', hash::bytea, '2026-12-01Z', revoked_at::timestamptz
     FROM (VALUES ('01890a5d-ac96-774b-bcce-b30209900001', 'a', '2026-11-03Z'), ('01890a5d-ac96-774b-bcce-b30209900001', 'b', '2026-11-02Z'),
         ('01890a5d-ac96-774b-bcce-b30209900001', 'c', NULL), ('01890a5d-ac96-774b-bcce-b30209900002', 'd', NULL))
         AS old (session_id, hash, revoked_at);";
const OLD_SESSIONS_ON_SQLITE: &str = "INSERT INTO sessions (id, member_id, created_at) VALUES
         (x'01', x'01890a5dac96774bbcceb302099a8058', 1), (x'02', x'01890a5dac96774bbcceb302099a8058', 1);
     INSERT INTO refresh_tokens (id, session_id, member_id, token_hash, expires_at, revoked_at) VALUES
         (x'0a', x'01', x'01', x'0a', 9, 3), (x'0b', x'01', x'01', x'0b', 9, 2), (x'0c', x'01', x'01', x'0c', 9, NULL),
         (x'0d', x'02', x'01', x'0d', 9, NULL);";

const USED_ON_POSTGRES: &str = "SELECT count(*) AS number FROM sessions
    WHERE refreshed_at IS NOT DISTINCT FROM CASE WHEN id = '01890a5d-ac96-774b-bcce-b30209900001' THEN timestamptz '2026-11-03Z' END";
const USED_ON_SQLITE: &str = "SELECT count(*) AS number FROM sessions WHERE refreshed_at IS CASE WHEN id = x'01' THEN 3 END";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn when_a_session_was_used_is_taken_from_its_last_rotation(#[values(Kind::Sqlite, Kind::Postgres)] kind: Kind) {
    let (url, _keep_alive) = empty(kind).await;
    let database = open(&url);
    run_all(&database, &OLD_ON_POSTGRES, &OLD_ON_SQLITE).await;
    run_all(&database, &[OLD_SESSIONS_ON_POSTGRES], &[OLD_SESSIONS_ON_SQLITE]).await;
    assert!(database.migrate().await.expect("up") > 0);
    assert_eq!(count(&database, USED_ON_POSTGRES, USED_ON_SQLITE).await, 2);
}

/// Runs statements as they are on either database.
async fn run_all(database: &Database, on_postgres: &[&str], on_sqlite: &[&str]) {
    let session = Session::from(database.clone());
    for statements in std::iter::zip(on_postgres, on_sqlite) {
        let run = with_connection!(session.write().await.expect("a connection"), |connection, sql = (statements.0, statements.1)| {
            connection.batch_execute(sql).await
        });
        run.expect("the statements are right");
    }
}

/// The number that a query answers with.
async fn count(database: &Database, on_postgres: &str, on_sqlite: &str) -> i64 {
    let session = Session::from(database.clone());
    let counted = with_connection!(session.read().await.expect("a connection"), |connection, sql = (on_postgres, on_sqlite)| {
        sql_query(sql).get_result::<Count>(connection).await
    });
    counted.expect("it can be counted").number
}
