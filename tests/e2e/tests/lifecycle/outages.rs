use deadpool_redis::redis::{AsyncCommands, Client as RedisClient};
use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Client, LIMIT, Server, eventually, racing,
};
use library_testkit::servers::{PostgresServer, RedisServer};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a request may take while Redis hangs, on a machine that does much else.
const NOT_HANGING: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    Killed,
    Frozen,
}

#[rstest]
#[tokio::test]
async fn without_redis_no_request_fails_and_afterwards_nothing_is_stale(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(Outage::Killed, Outage::Frozen)] outage: Outage,
) {
    let redis = RedisServer::start().await;
    let server = Server::builder(backend).await.with("REDIS_URL", redis.url()).start().await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let (path, member_path) = (path_of(&book), borrower.member.path());
    // Into Redis.
    eventually("a cached book", async || {
        server.get(&path).await.assert_is(200, &book);
        server.get(&member_path).await.assert_is(200, &borrower.member.body(true));
        (keys(&redis).await == 2).then_some(())
    })
    .await;

    match outage {
        Outage::Killed => redis.kill().await,
        Outage::Frozen => redis.freeze().await,
    }
    let started = Instant::now();
    let request = server.request("GET", &path).header("X-Request-Id", "without-redis");
    server.send(request).await.assert_is(200, &book);
    assert!(started.elapsed() < NOT_HANGING, "{:?}", started.elapsed());
    let warnings = server.log().events_of_request("without-redis").await;
    let warning = warnings.iter().find(|event| event["message"] == "redis_get_failed").expect("a warning");
    assert_eq!(warning["level"], "WARN");

    let details = json!({"title": "Changed meanwhile", "author": "Somebody", "description": ""});
    assert_eq!(server.put(&path, details).await.json_of(200)["title"], "Changed meanwhile");
    assert_eq!(server.get(&path).await.json_of(200)["title"], "Changed meanwhile");
    server.log().wait_for("redis_delete_failed", |event| event["level"] == "WARN").await;
    let loan = server.given_loan(&borrower, &book).await;
    let return_path = format!("/loans/{}/return", loan["id"].as_str().expect("an id"));
    assert_eq!(borrower.client.post_nothing(&return_path).await.status, 200);
    server.delete(&member_path).await.assert_is_empty(204);
    assert_eq!(server.get(&member_path).await.status, 404);

    match outage {
        Outage::Killed => redis.restart().await,
        Outage::Frozen => redis.thaw().await,
    }
    // The old values may still lie in Redis; not one answer comes from there.
    eventually("a cached book", async || {
        assert_eq!(server.get(&path).await.json_of(200)["title"], "Changed meanwhile");
        assert_eq!(server.get(&member_path).await.status, 404);
        is_cached(&redis, "Changed meanwhile").await.then_some(())
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_server_starts_without_redis(#[values(Sqlite, Postgres)] backend: Backend) {
    let redis = RedisServer::start().await;
    redis.kill().await;
    let server = Server::builder(backend).await.with("REDIS_URL", redis.url()).start().await;
    let book = server.given_book().await;
    let answers = racing(16, |_| {
        let (client, path): (Client, _) = (server.another(), path_of(&book));
        async move { client.get(&path).await }
    })
    .await;
    for answer in answers {
        answer.assert_is(200, &book);
    }
}

#[tokio::test]
async fn without_its_database_a_server_asks_for_patience_and_then_goes_on() {
    let postgres = PostgresServer::start().await;
    let database = postgres.database().await;
    let server = Server::builder(Sqlite).await.with("DATABASE_URL", database.url()).start().await;
    let book = server.given_book().await;
    postgres.kill().await;
    for (path, status) in
        [("/members/verify?token=x", 200), ("/auth/password/reset?token=x", 200), ("/.well-known/jwks.json", 404)]
    {
        assert_eq!(server.get(path).await.status, status, "{path} does without the database");
    }
    // Past the client of these tests, which takes no such answer.
    let response = server.request("GET", "/books").send().await.expect("an answer");
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["Retry-After"], "1");
    assert_eq!(response.headers()["Content-Type"], "application/problem+json");
    let id = response.headers()["X-Request-Id"].to_str().expect("a text").to_owned();
    let document: Value = response.json().await.expect("JSON");
    let expected = json!({
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Something that this needs is not available. Please try again.",
        "request_id": id,
    });
    assert_eq!(document, expected);
    server.get("/health").await.assert_is(200, &json!("OK"));
    // Neither does what is answered alike for everybody pretend.
    let resend = server.request("POST", "/members/verify/resend").json(&json!({"email": "ada@example.com"}));
    assert_eq!(resend.send().await.expect("an answer").status(), 503);

    postgres.restart().await;
    let deadline = Instant::now() + LIMIT;
    while server.request("GET", "/books").send().await.expect("an answer").status() == 503 {
        assert!(Instant::now() < deadline, "it never recovers");
    }
    server.get("/books").await.assert_is(200, &json!([book]));
    // The worker comes back, too.
    let member = server.given_member().await;
    server.verify(&member).await;
}

fn path_of(book: &Value) -> String {
    format!("/books/{}", book["id"].as_str().expect("an id"))
}

/// How many values lie in Redis, leases aside.
async fn keys(redis: &RedisServer) -> usize {
    values(redis).await.into_iter().filter(|value| value.len() > 20).count()
}

async fn is_cached(redis: &RedisServer, text: &str) -> bool {
    values(redis).await.iter().any(|value| String::from_utf8_lossy(value).contains(text))
}

async fn values(redis: &RedisServer) -> Vec<Vec<u8>> {
    let client = RedisClient::open(redis.url()).expect("a URL");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let mut values = Vec::new();
    for key in connection.keys::<_, Vec<String>>("*").await.expect("the keys") {
        values.extend(connection.get::<_, Option<Vec<u8>>>(&key).await.expect("the value"));
    }
    values
}
