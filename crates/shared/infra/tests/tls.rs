//! TLS to PostgreSQL and to Redis, with servers whose certificates the tests make: the right one is taken, a wrong one is refused, and what
//! is said of it names the certificate.

mod number_in_redis;

use diesel::{QueryableByName, sql_query, sql_types::Bool};
use diesel_async::RunQueryDsl;
use library_shared_infra::{
    InvalidAuthorities,
    cache::{Cache, LookUp, RedisCache},
    database::{Database, Session},
    read_authorities,
    redis::{RedisAddress, RedisConnections},
    with_connection,
};
use library_testkit::{
    servers::{CertificateAuthority, PostgresServer, RedisServer},
    unique_id,
};
use number_in_redis::NumberInRedis;
use rstest::rstest;
use std::{path::Path, time::Duration};
use tempfile::NamedTempFile;

/// What may take as long as a test that waits for it.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(QueryableByName)]
struct Encrypted {
    #[diesel(sql_type = Bool)]
    ssl: bool,
}

/// The certificate that is trusted, in a file.
fn file_of(authority: &CertificateAuthority) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file can be made");
    std::fs::write(file.path(), authority.pem()).expect("a file can be written");
    file
}

fn open(server: &PostgresServer, host: &str, query: &str) -> Database {
    let url = format!("postgres://postgres@{host}:{}/postgres{query}", server.port());
    Database::open(&url.parse().expect("a database's URL")).expect("pools can be opened")
}

/// Whether the connection is encrypted, as the server sees it.
async fn is_encrypted(database: &Database) -> bool {
    let session = Session::from(database.clone());
    with_connection!(session.read().await.expect("a connection"), |connection| {
        sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").get_result::<Encrypted>(connection).await
    })
    .expect("the server knows")
    .ssl
}

/// Why a database cannot be reached; the migrations do not reach it either.
async fn refusal(database: &Database) -> String {
    let refused = database.check_reachable().await.expect_err("the certificate is wrong").to_string();
    let migrations = database.migrate().await.expect_err("the certificate is wrong").to_string();
    assert!(migrations.contains("certificate") || !refused.contains("certificate"), "{migrations}");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_certificate_lets_postgresql_in_and_everything_is_encrypted() {
    let authority = CertificateAuthority::new();
    let server = PostgresServer::start_with_tls(&authority.certify(&["localhost"])).await;
    let file = file_of(&authority);
    for mode in ["require", "verify-full", "verify-ca"] {
        let database = open(&server, "localhost", &format!("?sslmode={mode}&sslrootcert={}", file.path().display()));
        database.check_reachable().await.expect("the certificate is right");
        assert!(is_encrypted(&database).await, "{mode}");
    }
    let database = open(&server, "localhost", &format!("?sslmode=verify-full&sslrootcert={}", file.path().display()));
    assert!(database.migrate().await.expect("migrated over TLS") > 0);
    // Where nothing is said, as much as the server can; and nothing where nothing is wanted.
    for (query, encrypted) in [("", true), ("?sslmode=prefer", true), ("?sslmode=disable", false)] {
        assert_eq!(is_encrypted(&open(&server, "127.0.0.1", query)).await, encrypted, "{query}");
    }
}

#[rstest]
#[case::of_an_authority_that_is_not_trusted("localhost", "verify-full", false, "UnknownIssuer")]
#[case::of_an_authority_that_is_not_trusted("localhost", "verify-ca", false, "UnknownIssuer")]
#[case::of_an_authority_that_is_not_trusted("localhost", "require", false, "UnknownIssuer")]
#[case::for_another_host("127.0.0.1", "verify-full", true, "not valid for name")]
#[case::for_another_host("127.0.0.1", "require", true, "not valid for name")]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_certificate_of_postgresqls_is_refused_and_named(
    #[case] host: &str,
    #[case] mode: &str,
    #[case] is_trusted: bool,
    #[case] reason: &str,
) {
    let authority = CertificateAuthority::new();
    let server = PostgresServer::start_with_tls(&authority.certify(&["localhost"])).await;
    let file = file_of(&if is_trusted { authority } else { CertificateAuthority::new() });
    let database = open(&server, host, &format!("?sslmode={mode}&sslrootcert={}", file.path().display()));
    let refusal = refusal(&database).await;
    assert!(refusal.contains("invalid peer certificate") && refusal.contains(reason), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn to_verify_the_authority_alone_is_to_take_any_name_and_nothing_else() {
    let authority = CertificateAuthority::new();
    let server = PostgresServer::start_with_tls(&authority.certify(&["elsewhere.example.com"])).await;
    let file = file_of(&authority);
    let database = open(&server, "127.0.0.1", &format!("?sslmode=verify-ca&sslrootcert={}", file.path().display()));
    assert!(is_encrypted(&database).await);

    let expired = PostgresServer::start_with_tls(&authority.certify_in_the_past(&["localhost"])).await;
    for mode in ["verify-ca", "verify-full"] {
        let database = open(&expired, "localhost", &format!("?sslmode={mode}&sslrootcert={}", file.path().display()));
        let refusal = refusal(&database).await;
        assert!(refusal.contains("certificate expired"), "{refusal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_without_tls_is_refused_where_it_is_asked_for() {
    let server = PostgresServer::start().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let refusal = refusal(&open(&server, "localhost", &format!("?sslmode={mode}"))).await;
        assert!(refusal.contains("server does not support TLS"), "{refusal}");
    }
    assert!(!is_encrypted(&open(&server, "localhost", "?sslmode=prefer")).await);
}

#[rstest]
#[case::missing(Path::new("/nowhere/ca.pem"))]
#[case::no_certificate(Path::new("/etc/passwd"))]
#[tokio::test]
async fn authorities_that_cannot_be_read_are_told(#[case] file: &Path) {
    let url = format!("postgres://localhost/library?sslmode=verify-full&sslrootcert={}", file.display());
    let error = Database::open(&url.parse().expect("a database's URL")).err().expect("no authorities");
    assert!(error.reason.contains("sslrootcert must name a file with the certificates of authorities"), "{error}");
    assert_eq!(read_authorities(file), Err(InvalidAuthorities));
}

fn cache(url: &str, authority: &CertificateAuthority) -> RedisCache<u64, NumberInRedis> {
    let address = RedisAddress::from(url).trusting(authority.pem().into());
    assert!(address.is_valid());
    RedisCache::new(RedisConnections::open(address).expect("an address"), LIMIT)
}

/// Whether the cache keeps anything, asked until it does or for some seconds.
async fn keeps(cache: &RedisCache<u64, NumberInRedis>) -> bool {
    let keeping = async {
        loop {
            let id = unique_id();
            if let LookUp::Miss(permit) = cache.look_up(id).await {
                cache.fill(id, permit, &7).await;
                if cache.look_up(id).await == LookUp::Hit(7) {
                    return;
                }
            }
        }
    };
    tokio::time::timeout(LIMIT / 4, keeping).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_certificate_lets_redis_in() {
    let authority = CertificateAuthority::new();
    let server = RedisServer::start_with_tls(&authority.certify(&["localhost"])).await;
    assert!(keeps(&cache(&server.tls_url("localhost"), &authority)).await);
}

#[rstest]
#[case::of_an_authority_that_is_not_trusted("localhost", false, false)]
#[case::for_another_host("127.0.0.1", true, false)]
#[case::that_has_expired("localhost", true, true)]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_certificate_of_rediss_is_refused(#[case] host: &str, #[case] is_trusted: bool, #[case] has_expired: bool) {
    let authority = CertificateAuthority::new();
    let certificate = if has_expired { authority.certify_in_the_past(&["localhost"]) } else { authority.certify(&["localhost"]) };
    let server = RedisServer::start_with_tls(&certificate).await;
    let trusted = if is_trusted { authority } else { CertificateAuthority::new() };
    assert!(!keeps(&cache(&server.tls_url(host), &trusted)).await);
}

#[test]
fn an_address_that_promises_less_than_it_seems_is_none() {
    let authority = CertificateAuthority::new();
    for (url, is_valid) in [("rediss://localhost", true), ("redis://localhost", false), ("rediss://localhost/#insecure", false)] {
        let address = RedisAddress::from(url).trusting(authority.pem().into());
        assert_eq!(address.is_valid(), is_valid, "{url}");
    }
    assert!(!RedisAddress::from("rediss://localhost/#insecure").is_valid());
}
