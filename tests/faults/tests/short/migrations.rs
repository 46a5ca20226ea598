use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, KEY, Server, Storage, eventually,
};
use library_faults::{Sql, among_others};
use rstest::rstest;
use std::time::Duration;

/// The table in which diesel notes what has been migrated, as it makes it.
const NOTES: &str = "CREATE TABLE __diesel_schema_migrations \
    (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

/// A migration that no release knows.
const FUTURE: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_of_postgresql_that_is_killed_midway_leaves_nothing_and_is_made_by_the_next() {
    let _others = among_others().await;
    let storage = Storage::unmigrated(Postgres).await;
    let sql = Sql::of(&storage);
    sql.run(NOTES).await;
    let empty = schema(&sql, Postgres).await;
    // Its first migration is made, and cannot be noted.
    let held = sql.hold("LOCK TABLE __diesel_schema_migrations IN SHARE MODE").await;
    let waiting = "SELECT count(*) AS number FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
                   WHERE datname = current_database() AND NOT granted";
    let blocked = eventually("a migration that waits", async || (sql.number(waiting).await > 0).then_some(()));
    migrate(&storage).run_until(blocked).await;
    drop(held);
    let sessions =
        "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    eventually("the end of its session", async || (sql.number(sessions).await == 0).then_some(())).await;
    assert_eq!(schema(&sql, Postgres).await, empty);
    assert_is_migrated_whole(&storage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_of_sqlite_that_is_killed_anywhere_is_whole_or_nothing_and_is_made_by_the_next() {
    let _others = among_others().await;
    let whole = {
        let storage = Storage::unmigrated(Sqlite).await;
        assert_eq!(migrate(&storage).run().await.code, Some(0));
        schema(&Sql::of(&storage), Sqlite).await
    };
    for milliseconds in (0..120).step_by(10) {
        let storage = Storage::unmigrated(Sqlite).await;
        migrate(&storage).run_until(tokio::time::sleep(Duration::from_millis(milliseconds))).await;
        let left = schema(&Sql::of(&storage), Sqlite).await;
        // What diesel notes in is made before.
        let is_nothing = left.iter().all(|part| part.contains("__diesel_schema_migrations"));
        assert!(is_nothing || left == whole, "after {milliseconds} ms: {left:#?}");
        Sql::of(&storage).assert_sound().await;
        assert_is_migrated_whole(&storage).await;
        assert_eq!(schema(&Sql::of(&storage), Sqlite).await, whole);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_later_release_is_served_by_nobody_who_does_not_know_it(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("serve", "worker", "migrate")] command: &str,
) {
    let _others = among_others().await;
    let storage = Storage::unmigrated(backend).await;
    assert_eq!(migrate(&storage).run().await.code, Some(0));
    let sql = Sql::of(&storage);
    sql.run(FUTURE).await;
    let before = schema(&sql, backend).await;
    let command = Command::new([command]).with("DATABASE_URL", storage.database_url()).with("REDIS_URL", storage.redis_url());
    let finished = command.with("JWT_SECRET_KEY", KEY).run().await;
    assert_eq!(finished.code, Some(1));
    let reason = " has the migration 99991231000000, which this release does not know; run a release that does";
    assert!(finished.stderr.contains(reason), "{}", finished.stderr);
    assert_eq!(schema(&sql, backend).await, before);
}

fn migrate(storage: &Storage) -> Command {
    Command::new(["migrate"]).with("DATABASE_URL", storage.database_url())
}

async fn assert_is_migrated_whole(storage: &Storage) {
    let migrated = migrate(storage).run().await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
    Server::on(storage).start().await.given_book().await;
}

/// Every part of the schema.
async fn schema(sql: &Sql, backend: Backend) -> Vec<String> {
    let parts = match backend {
        Sqlite => "SELECT name || ': ' || coalesce(sql, '') AS text FROM sqlite_schema",
        Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type AS text FROM information_schema.columns \
             WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
        }
    };
    sql.texts(parts).await
}
