//! What becomes of connections whose users leave: at every point of a unit of work, and when the database does not answer.

use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use library_shared_domain::{DependencyError, UnitOfWork};
use library_shared_infra::{
    database::{Database, Session, SqlUnitOfWork, UnitScope},
    with_connection,
};
use library_test_worlds::{OwnDatabase, postgres_database, sqlite_database};
use library_testkit::servers::PostgresServer;
use rstest::rstest;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Sqlite,
    Postgres,
}

async fn open(kind: Kind) -> OwnDatabase {
    match kind {
        Kind::Sqlite => sqlite_database().await,
        Kind::Postgres => postgres_database().await,
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

async fn count(session: &Session, statement: &str) -> Result<i64, DependencyError> {
    let counted =
        with_connection!(session.read().await?, |connection| { sql_query(statement).get_result::<Count>(connection).await });
    Ok(counted?.number)
}

async fn run(session: &Session, statement: &str) -> Result<(), DependencyError> {
    with_connection!(session.write().await?, |connection| sql_query(statement).execute(connection).await)?;
    Ok(())
}

/// Two rows that belong together, in one unit.
async fn write_a_pair(database: Database) -> Result<(), DependencyError> {
    let units = SqlUnitOfWork::new(database, UnitScope::session);
    let unit = units.begin().await?;
    run(&unit, "INSERT INTO pairs (side) VALUES (1)").await?;
    run(&unit, "INSERT INTO pairs (side) VALUES (2)").await?;
    unit.commit().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_unit_is_abandoned_it_is_whole_or_nothing_and_the_next_one_works(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let own = open(kind).await;
    let session = Session::from(own.database.clone());
    run(&session, "CREATE TABLE pairs (side bigint NOT NULL)").await.expect("a table");

    for microseconds in (0..6_000).step_by(60) {
        let abandoned = tokio::time::timeout(Duration::from_micros(microseconds), write_a_pair(own.database.clone())).await;
        drop(abandoned);
    }
    let started = Instant::now();
    write_a_pair(own.database.clone()).await.expect("the pool is as good as before");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());

    let ones = count(&session, "SELECT count(*) AS number FROM pairs WHERE side = 1").await.expect("counted");
    let twos = count(&session, "SELECT count(*) AS number FROM pairs WHERE side = 2").await.expect("counted");
    assert!(ones > 0 && ones == twos, "{ones} and {twos}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_given_up_and_others_go_on() {
    let own = postgres_database().await;
    let session = Session::from(own.database.clone());
    let started = Instant::now();

    let slow = count(&session, "SELECT count(*) AS number FROM pg_sleep(60)").await;

    assert!(matches!(slow, Err(DependencyError::Unavailable { .. })), "{slow:?}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(count(&session, "SELECT count(*) AS number FROM books").await.expect("counted"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_pool_is_exhausted_callers_are_told_in_time() {
    let own = postgres_database().await;
    let units = SqlUnitOfWork::new(own.database.clone(), UnitScope::session);
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(units.begin().await.expect("the pool has sixteen connections"));
    }
    let started = Instant::now();

    let refused = units.begin().await;

    assert!(matches!(refused, Err(DependencyError::Unavailable { .. })));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    drop(open);
    units.begin().await.expect("there is room again").commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_or_restarted_server_is_unavailable_meanwhile_and_normal_afterwards() {
    let server = PostgresServer::start().await;
    let own = server.database().await;
    let database = Database::open(&own.url().parse().expect("a URL")).expect("a pool");
    database.migrate().await.expect("up");
    let session = Session::from(database);
    let statement = "SELECT count(*) AS number FROM books";
    assert_eq!(count(&session, statement).await.expect("counted"), 0);

    server.freeze().await;
    let started = Instant::now();
    let frozen = count(&session, statement).await;
    assert!(matches!(frozen, Err(DependencyError::Unavailable { .. })), "{frozen:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    server.thaw().await;
    normal_again(&session, statement).await;

    server.kill().await;
    let dead = count(&session, statement).await;
    assert!(matches!(dead, Err(DependencyError::Unavailable { .. })), "{dead:?}");
    server.restart().await;
    normal_again(&session, statement).await;
}

/// Until then, the database may be unavailable, but not fail in another way.
async fn normal_again(session: &Session, statement: &str) {
    let started = Instant::now();
    loop {
        match count(session, statement).await {
            Ok(_) => return,
            Err(DependencyError::Unavailable { .. }) => assert!(started.elapsed() < Duration::from_secs(5)),
            Err(error @ DependencyError::Failed { .. }) => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_accepts_and_stays_silent_does_not_gather_connections() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("postgres://library@{}/library", silent.local_addr().expect("an address"));
    let session = Session::from(Database::open(&url.parse().expect("a URL")).expect("a pool"));
    let accepting = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(Ok((connection, _))) = tokio::time::timeout(Duration::from_secs(3), silent.accept()).await {
            held.push(connection);
        }
        held
    });

    let refused = count(&session, "SELECT 1 AS number").await;

    assert!(matches!(refused, Err(DependencyError::Unavailable { .. })), "{refused:?}");
    for connection in accepting.await.expect("no panic") {
        // What it sent is read first; then the end tells that it has hung up.
        let mut received = [0; 256];
        let closed = async {
            loop {
                connection.readable().await.expect("readable");
                if matches!(connection.try_read(&mut received), Ok(0)) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(3), closed).await.expect("a connection that was given up is closed");
    }
}
