//! Look-ups by key, which a worker makes over connections of its own: many at a time over one to PostgreSQL, on its own thread on SQLite.

use diesel::{
    QueryableByName, sql_query,
    sql_types::{BigInt, Integer},
};
use diesel_async::RunQueryDsl;
use futures_util::future::join_all;
use library_shared_domain::DependencyError;
use library_shared_infra::{
    database::{Database, Session},
    measure::PoolUsage,
    with_connection,
};
use library_test_worlds::{postgres_database, sqlite_database};
use library_testkit::servers::PostgresServer;
use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Process {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// The same database as a server's only worker has it, whose thread is the test's.
fn of_a_worker(database: &Database) -> Database {
    database.for_worker(NonZeroUsize::MIN)
}

/// Looks a number up that is the given one, after so many milliseconds on PostgreSQL.
async fn look_up(session: &Session, number: i64, milliseconds: i32) -> Result<i64, DependencyError> {
    let on_postgres = "SELECT $1::bigint AS number FROM pg_sleep($2::float8 / 1000)";
    let on_sqlite = "SELECT ?1 AS number WHERE ?2 >= 0";
    let found = with_connection!(session.look_up().await?, |connection, statement = (on_postgres, on_sqlite)| {
        let query = sql_query(statement).bind::<BigInt, _>(number);
        query.bind::<Integer, _>(milliseconds).get_result::<Number>(connection).await
    })?;
    Ok(found.number)
}

async fn process(session: &Session) -> Result<i32, DependencyError> {
    let found = with_connection!(session.look_up().await?, |connection, statement = ("SELECT pg_backend_pid() AS pid", "SELECT 0 AS pid")| {
        sql_query(statement).get_result::<Process>(connection).await
    })?;
    Ok(found.pid)
}

fn usage(database: &Database, pool: &str) -> Option<PoolUsage> {
    database.usage().into_iter().find(|usage| usage.pool == pool)
}

#[tokio::test]
async fn look_ups_of_a_worker_share_one_connection_and_each_gets_its_own_answer() {
    let own = postgres_database().await;
    let worker = of_a_worker(&own.database);
    let session = Session::from(worker.clone());

    let answers = join_all((0..100).map(|number| look_up(&session, number, 0))).await;
    for (number, answer) in (0..).zip(answers) {
        assert_eq!(answer.expect("an answer"), number);
    }
    let processes = join_all((0..20).map(|_| process(&session))).await;
    let first = *processes[0].as_ref().expect("an answer");
    assert!(processes.iter().all(|process| process.as_ref().is_ok_and(|process| *process == first)), "{processes:?}");
    let pipelines = usage(&worker, "postgres_pipelines").expect("a pool");
    assert_eq!((pipelines.connections, pipelines.limit, pipelines.in_use), (1, 1, 0));
}

#[tokio::test]
async fn who_leaves_a_look_up_does_not_take_the_answers_of_others() {
    let own = postgres_database().await;
    let session = Session::from(of_a_worker(&own.database));
    look_up(&session, 0, 0).await.expect("an answer");
    for round in 0..200_i64 {
        let leaving = tokio::time::timeout(Duration::from_micros(round.unsigned_abs() * 10), look_up(&session, -1, 1));
        let (left, stayed, also) = tokio::join!(leaving, look_up(&session, round, 0), look_up(&session, -round, 0));
        drop(left);
        assert_eq!((stayed.expect("an answer"), also.expect("an answer")), (round, -round));
    }
}

#[tokio::test]
async fn a_frozen_pipeline_is_given_up_in_time_and_replaced() {
    let postgres = PostgresServer::start().await;
    let own = postgres.database().await;
    let database = Database::open(&own.url().parse().expect("a URL")).expect("a database");
    let session = Session::from(of_a_worker(&database));
    let before = process(&session).await.expect("an answer");

    postgres.freeze().await;
    let started = Instant::now();
    let answers = join_all((0..10).map(|number| look_up(&session, number, 0))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(DependencyError::Unavailable { .. }))), "{answers:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    postgres.thaw().await;

    let after = process(&session).await.expect("another connection is made at once");
    assert_ne!(after, before);
}

/// A look-up that takes too long is given up; those behind it on the connection have waited in vain, and later ones do not.
#[tokio::test]
async fn a_slow_look_up_costs_those_beside_it_at_most_the_time_limit() {
    let own = postgres_database().await;
    let session = Session::from(of_a_worker(&own.database));
    look_up(&session, 0, 0).await.expect("an answer");
    let started = Instant::now();
    let (slow, beside) = tokio::join!(look_up(&session, 1, 60_000), look_up(&session, 2, 0));
    assert!(matches!(slow, Err(DependencyError::Unavailable { .. })), "{slow:?}");
    assert!(matches!(beside, Ok(2) | Err(DependencyError::Unavailable { .. })), "{beside:?}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(look_up(&session, 3, 0).await.expect("an answer"), 3);
}

#[tokio::test]
async fn a_pipeline_that_ended_while_nobody_asked_is_replaced_before_anybody_does() {
    let postgres = PostgresServer::start().await;
    let own = postgres.database().await;
    let database = Database::open(&own.url().parse().expect("a URL")).expect("a database");
    let session = Session::from(of_a_worker(&database));
    look_up(&session, 1, 0).await.expect("an answer");
    postgres.restart().await;
    // The word that it has ended has to be read.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(look_up(&session, 2, 0).await.expect("the first one is answered"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_look_up_is_made_on_the_thread_of_the_worker_and_of_no_other() {
    let own = sqlite_database().await;
    // All of it in one task on one thread, as in a worker.
    let local = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let worker = of_a_worker(&own.database);
            let session = Session::from(worker.clone());
            assert_eq!(look_up(&session, 7, 0).await.expect("an answer"), 7);
            assert_eq!(usage(&worker, "sqlite_inline").map(|usage| (usage.connections, usage.limit)), Some((1, 1)));
            let waits = |pool: &str| usage(&worker, pool).map_or(0, |usage| usage.waits.counts.iter().sum::<u64>());
            assert_eq!((waits("sqlite_inline"), waits("sqlite_readers")), (1, 0));

            // Elsewhere, the pool that all share is used.
            let elsewhere = session.clone();
            let answer = tokio::task::spawn_blocking(move || {
                tokio::runtime::Handle::current().block_on(async move { look_up(&elsewhere, 8, 0).await })
            });
            assert_eq!(answer.await.expect("it runs to its end").expect("an answer"), 8);
            assert_eq!((waits("sqlite_inline"), waits("sqlite_readers")), (1, 1));
        });
        drop(own);
    });
    local.await.expect("the worker's thread");
}

#[tokio::test]
async fn a_database_in_memory_has_no_connection_on_the_workers_thread() {
    let database = Database::open(&"sqlite::memory:".parse().expect("a URL")).expect("a database");
    let worker = of_a_worker(&database);
    assert_eq!(look_up(&Session::from(worker.clone()), 7, 0).await.expect("an answer"), 7);
    assert!(usage(&worker, "sqlite_inline").is_none());
}
