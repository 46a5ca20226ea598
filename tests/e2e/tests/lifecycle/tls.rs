//! TLS to PostgreSQL and Redis, by the settings alone.

use library_e2e::{Backend::Sqlite, Command, KEY, Server, eventually};
use library_testkit::servers::{CertificateAuthority, PostgresServer, RedisServer};
use tempfile::NamedTempFile;
use tokio_postgres::NoTls;

/// What is trusted, in a file.
fn file_of(authority: &CertificateAuthority) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file can be made");
    std::fs::write(file.path(), authority.pem()).expect("a file can be written");
    file
}

fn path_of(file: &NamedTempFile) -> &str {
    file.path().to_str().expect("a path in UTF-8")
}

#[tokio::test]
async fn a_server_speaks_tls_to_its_database_and_its_cache() {
    let authority = CertificateAuthority::new();
    let certificate = authority.certify(&["localhost", "127.0.0.1"]);
    let (postgres, redis) = (PostgresServer::start_with_tls(&certificate).await, RedisServer::start_with_tls(&certificate).await);
    let (database, trusted) = (postgres.database().await, file_of(&authority));
    let database_url = format!("{}?sslmode=verify-full&sslrootcert={}", database.url(), path_of(&trusted));
    let builder = Server::builder(Sqlite).await.with("DATABASE_URL", database_url);
    let server = builder.with("REDIS_URL", redis.tls_url("localhost")).with("REDIS_CA_FILE", path_of(&trusted)).start().await;
    let book = server.given_book().await;
    let path = format!("/books/{}", book["id"].as_str().expect("an id"));
    eventually("a cached book", async || {
        server.get(&path).await.assert_is(200, &book);
        (keys(&redis).await > 0).then_some(())
    })
    .await;

    let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.expect("the test gets in");
    tokio::spawn(connection);
    let sessions = "SELECT bool_and(ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let row = client.query_one(sessions, &[]).await.expect("the server knows");
    assert!(row.get::<_, Option<bool>>(0) == Some(true) && row.get::<_, i64>(1) > 0, "{row:?}");
}

#[tokio::test]
async fn a_wrong_certificate_of_the_database_stops_the_start_and_is_named() {
    let (ours, other) = (CertificateAuthority::new(), CertificateAuthority::new());
    let postgres = PostgresServer::start_with_tls(&other.certify(&["127.0.0.1"])).await;
    let (database, trusted) = (postgres.database().await, file_of(&ours));
    for command in ["serve", "migrate"] {
        let url = format!("{}?sslmode=require&sslrootcert={}", database.url(), path_of(&trusted));
        let refused =
            Command::new([command]).with("DATABASE_URL", url).with("REDIS_URL", "memory://").with("JWT_SECRET_KEY", KEY);
        let refused = refused.with("PORT", "0").run().await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("invalid peer certificate: UnknownIssuer"), "{}", refused.stderr);
    }
}

#[tokio::test]
async fn a_wrong_certificate_of_rediss_is_named_in_the_log_and_costs_the_cache_alone() {
    let authority = CertificateAuthority::new();
    let redis = RedisServer::start_with_tls(&authority.certify(&["elsewhere.example.com"])).await;
    let trusted = file_of(&authority);
    let builder = Server::builder(Sqlite).await.with("REDIS_URL", redis.tls_url("localhost"));
    let server = builder.with("REDIS_CA_FILE", path_of(&trusted)).start().await;
    let book = server.given_book().await;
    let path = format!("/books/{}", book["id"].as_str().expect("an id"));
    let named = eventually("a warning that names the certificate", async || {
        server.get(&path).await.assert_is(200, &book);
        let warnings = server.log().events().into_iter().filter(|event| event["level"] == "WARN");
        warnings.filter_map(|event| Some(event["error"].as_str()?.to_owned())).find(|error| error.contains("certificate"))
    })
    .await;
    assert!(named.contains("not valid for name"), "{named}");
    assert_eq!(keys(&redis).await, 0);
}

/// How many values lie in Redis.
async fn keys(redis: &RedisServer) -> usize {
    let client = deadpool_redis::redis::Client::open(redis.url()).expect("a URL");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
    deadpool_redis::redis::cmd("DBSIZE").query_async(&mut connection).await.expect("a number")
}
