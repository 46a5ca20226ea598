//! The throwaway servers do what the tests that stand on them believe.

use std::{
    env,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use library_testkit::servers::{
    PostgresServer, RedisServer, postgres_database, postgres_database_from_template, redis_url_of_its_own,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};
use tokio_postgres::{Client, NoTls};

const SOON: Duration = Duration::from_secs(10);

/// Long enough for an answer, short enough to wait for one that does not come.
const MOMENT: Duration = Duration::from_millis(300);

mod postgres {
    use super::*;

    #[tokio::test]
    async fn each_test_has_an_empty_database_of_its_own() {
        let (one, other) = tokio::join!(postgres_database(), postgres_database());
        assert_ne!(one.url(), other.url());
        connect(one.url()).await.batch_execute("CREATE TABLE books ()").await.expect("the database is empty");
        connect(other.url()).await.batch_execute("CREATE TABLE books ()").await.expect("so is the other");
        assert!(one.url().ends_with(one.name()));
    }

    #[tokio::test]
    async fn a_template_is_prepared_once_and_copied_for_each_test() {
        static PREPARATIONS: AtomicU32 = AtomicU32::new(0);
        let prepare = async |url: String| {
            PREPARATIONS.fetch_add(1, Ordering::Relaxed);
            let client = connect(&url).await;
            client
                .batch_execute("CREATE TABLE books (title text); INSERT INTO books VALUES ('Emma')")
                .await
                .expect("it is empty");
            // A pool that is not closed yet must not stand in the way.
            std::mem::forget(client);
        };
        let (one, other) =
            tokio::join!(postgres_database_from_template("books", prepare), postgres_database_from_template("books", prepare));
        let (one, other) = tokio::join!(connect(one.url()), connect(other.url()));
        one.batch_execute("DELETE FROM books").await.expect("each copy can be written");
        let row = other.query_one("SELECT title FROM books", &[]).await.expect("the other copy is untouched");
        assert_eq!(row.get::<_, String>(0), "Emma");
        assert_eq!(PREPARATIONS.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_server_of_ones_own_can_be_killed_and_comes_back_with_its_data() {
        let server = PostgresServer::start().await;
        let database = server.database().await;
        let client = connect(database.url()).await;
        client.batch_execute("CREATE TABLE books ()").await.expect("the server runs");

        server.kill().await;
        client.simple_query("SELECT 1").await.expect_err("the session ended");
        tokio_postgres::connect(database.url(), NoTls).await.err().expect("nobody listens");

        server.restart().await;
        connect(database.url()).await.simple_query("SELECT FROM books").await.expect("the table is still there");
    }

    #[tokio::test]
    async fn a_frozen_server_answers_neither_old_sessions_nor_new_ones() {
        let server = PostgresServer::start().await;
        let database = server.database().await;
        let client = connect(database.url()).await;

        server.freeze().await;
        timeout(MOMENT, client.simple_query("SELECT 1")).await.expect_err("the session is frozen");
        timeout(MOMENT, tokio_postgres::connect(database.url(), NoTls)).await.err().expect("the server is frozen");

        server.thaw().await;
        client.simple_query("SELECT 1").await.expect("the session goes on");
    }

    #[tokio::test]
    async fn a_frozen_server_can_be_dropped() {
        let server = PostgresServer::start().await;
        server.freeze().await;
        let port = server.port();
        tokio::task::spawn_blocking(|| drop(server)).await.expect("dropping ends");
        assert!(!listens(port));
    }
}

mod redis {
    use super::*;

    #[tokio::test]
    async fn each_test_has_an_empty_database_of_its_own() {
        let (one, other) = (redis_url_of_its_own().await, redis_url_of_its_own().await);
        assert_ne!(one, other);
        assert_eq!(ask(&one, "SET key value").await, "+OK");
        assert_eq!(ask(&other, "GET key").await, "$-1");
        assert_eq!(ask(&one, "GET key").await, "$5");
    }

    #[tokio::test]
    async fn a_server_of_ones_own_can_be_killed_and_comes_back_empty_on_the_same_port() {
        let server = RedisServer::start().await;
        assert_eq!(ask(&server.url(), "SET key value").await, "+OK");

        server.kill().await;
        assert!(!listens(server.port()));

        server.restart().await;
        assert_eq!(ask(&server.url(), "GET key").await, "$-1");
    }

    #[tokio::test]
    async fn a_frozen_server_accepts_connections_and_does_not_answer() {
        let server = RedisServer::start().await;
        server.freeze().await;
        timeout(MOMENT, ask(&server.url(), "PING")).await.expect_err("the server is frozen");
        server.thaw().await;
        assert_eq!(ask(&server.url(), "PING").await, "+PONG");
    }
}

/// Where the environment names servers, those are used.
mod given {
    use super::*;

    #[tokio::test]
    async fn a_given_postgres_server_keeps_no_database_of_a_test_that_ended() {
        let server = PostgresServer::start().await;
        let client = connect(&server.url()).await;
        let long_ago = "library_test_1000000000_0";
        client.batch_execute(&format!("CREATE DATABASE {long_ago}")).await.expect("the server runs");

        run("postgres::each_test_has_an_empty_database_of_its_own", "TEST_DATABASE_URL", &server.url());

        let rows = client.query("SELECT datname FROM pg_database WHERE datname LIKE 'library%'", &[]).await;
        let names: Vec<String> = rows.expect("the server runs").iter().map(|row| row.get(0)).collect();
        assert_eq!(names, [""; 0]);
    }

    #[tokio::test]
    async fn a_given_redis_server_has_its_databases_emptied_before_use() {
        let server = RedisServer::start().await;
        assert_eq!(ask(&server.url(), "SET key left-over").await, "+OK");
        run("redis::each_test_has_an_empty_database_of_its_own", "TEST_REDIS_URL", &server.url());
        assert_eq!(ask(&server.url(), "GET key").await, "$5", "the test's own value is there");
    }

    fn run(test: &str, variable: &str, url: &str) {
        let output = Command::new(env::current_exe().expect("this program runs"))
            .args(["--exact", test])
            .env(variable, url)
            .output()
            .expect("this program can be run again");
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && report.contains("1 passed"), "{report}");
    }
}

/// However a test process ends, nothing of its servers is left: no process, no port, no directory.
mod the_end_of_the_process {
    use super::*;

    /// Says what kind of end a test process of its own, which runs `in_good_order_leaves_nothing`, is to come to.
    const END: &str = "LIBRARY_TEST_END";

    #[tokio::test]
    async fn by_a_signal_that_cannot_be_caught_leaves_nothing() {
        leaves_nothing("wait", |child| child.kill().expect("it runs")).await;
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "a message between two test processes is no configuration")]
    async fn in_good_order_leaves_nothing() {
        match env::var(END) {
            Ok(end) => start_servers_and_end(&end).await,
            Err(_) => leaves_nothing("exit", |_| ()).await,
        }
    }

    #[tokio::test]
    async fn by_an_abort_leaves_nothing() {
        leaves_nothing("abort", |_| ()).await;
    }

    #[tokio::test]
    async fn with_frozen_servers_leaves_nothing() {
        leaves_nothing("freeze", |child| child.kill().expect("it runs")).await;
    }

    async fn start_servers_and_end(end: &str) {
        let (postgres, redis) = (PostgresServer::start().await, RedisServer::start().await);
        let database = postgres.database().await;
        let row = connect(database.url()).await.query_one("SHOW data_directory", &[]).await.expect("the server runs");
        println!("{} {} {}", postgres.port(), redis.port(), row.get::<_, String>(0));
        match end {
            "exit" => {
                // As with a static: nobody drops it.
                std::mem::forget((postgres, redis));
                return;
            }
            "abort" => std::process::abort(),
            "freeze" => {
                postgres.freeze().await;
                redis.freeze().await;
            }
            _ => {}
        }
        println!("ready");
        sleep(Duration::from_mins(1)).await;
    }

    async fn leaves_nothing(end: &str, finish: impl FnOnce(&mut std::process::Child)) {
        let mut child = Command::new(env::current_exe().expect("this program runs"))
            .args(["--exact", "the_end_of_the_process::in_good_order_leaves_nothing", "--nocapture"])
            .env(END, end)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program can be run again");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut report = None;
        for line in output.lines() {
            let line = line.expect("the output is text");
            if line == "ready" {
                break;
            }
            report = report.or_else(|| parse(&line));
        }
        let (ports, directory) = report.expect("the servers started");
        finish(&mut child);
        child.wait().expect("it was started");

        let deadline = Instant::now() + SOON;
        while ports.iter().any(|port| listens(*port)) || Path::new(&directory).exists() {
            assert!(Instant::now() < deadline, "ports {ports:?} or {directory} outlived their process");
            sleep(MOMENT / 10).await;
        }
    }

    fn parse(line: &str) -> Option<([u16; 2], String)> {
        // The test harness may have begun the line with the test's name.
        let (at, _) = line.match_indices(|character: char| character.is_ascii_digit()).next()?;
        let [postgres, redis, directory] = line[at..].split(' ').collect::<Vec<_>>().try_into().ok()?;
        let root = Path::new(directory).parent()?.to_str()?.to_owned();
        Some(([postgres.parse().ok()?, redis.parse().ok()?], root))
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the database can be reached");
    tokio::spawn(connection);
    client
}

fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Sends one command to the database of the URL and returns the first line of the answer.
async fn ask(url: &str, command: &str) -> String {
    let (server, database) = url.strip_prefix("redis://").and_then(|rest| rest.split_once('/')).expect("it is a Redis URL");
    let mut stream = tokio::net::TcpStream::connect(server).await.expect("the server listens");
    stream.write_all(format!("SELECT {database}\r\n{command}\r\n").as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    while answer.matches("\r\n").count() < 2 {
        let mut buffer = [0; 256];
        let length = stream.read(&mut buffer).await.expect("the server answers");
        assert_ne!(length, 0, "the server hung up after {answer:?}");
        answer += &String::from_utf8_lossy(&buffer[..length]);
    }
    answer.split("\r\n").nth(1).expect("there are two lines").to_owned()
}
