use crate::{GarbledRedis, Load, Outcome, Reply, Samples, book_path, clients_of, reads};
use library_e2e::{Backend, Server, eventually};
use library_testkit::servers::RedisServer;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const CLIENTS: usize = 8;

/// Slow enough for a machine with little to spare, and for an answer that waited to be one of many.
const PACE: Duration = Duration::from_millis(10);

/// What is wrong with Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisFault {
    /// It refuses connections.
    Killed,
    /// It accepts them and says nothing.
    Frozen,
    /// It takes no value any more.
    Full,
    /// It answers what makes no sense.
    Garbling,
}

/// What a load of reads saw before, during and after.
pub struct Phases {
    /// While Redis was well.
    pub normal: Samples,
    /// While it was not.
    pub meanwhile: Samples,
    /// Once it was again, and answered from it was what is cached.
    pub afterwards: Samples,
}

/// Breaks Redis under a load of reads, for so long, and mends it again. No request fails, none shows what is not so, and once Redis is
/// well again, it is used again.
pub async fn a_redis_that_is(fault: RedisFault, phase: Duration) -> Phases {
    let redis = RedisServer::start().await;
    let way = GarbledRedis::before(&redis).await;
    // With limits that nobody reaches, because they are counted in Redis, too.
    let builder = Server::builder(Backend::Postgres).await.with("REDIS_URL", way.url());
    let server = builder.with("RATE_LIMIT", "on").with("RATE_LIMIT_PER_MINUTE", "1000000").start().await;
    let mut books = Vec::new();
    for _ in 0..CLIENTS {
        books.push(server.given_book().await);
    }

    let load = Load::start(clients_of(&server, CLIENTS), PACE, reads(&books));
    load.wait_for(CLIENTS * 20).await;
    let began = Instant::now();
    load.run_for(phase).await;
    let broke = Instant::now();
    set(fault, true, &redis, &way).await;
    load.run_for(phase).await;
    // What is written meanwhile is seen at once.
    let changed = json!({"title": "Changed meanwhile", "author": "Somebody", "description": ""});
    assert_eq!(server.put(&book_path(&books[0]), changed).await.json_of(200)["title"], "Changed meanwhile");
    assert_eq!(server.get(&book_path(&books[0])).await.json_of(200)["title"], "Changed meanwhile");
    let mending = Instant::now();
    set(fault, false, &redis, &way).await;
    eventually("answers from Redis", async || is_used(&server, &books[1]).await.then_some(())).await;
    let mended = Instant::now();
    load.run_for(phase).await;
    let samples = load.stop().await;

    samples.assert_all(CLIENTS, "whatever Redis does", Outcome::is_success);
    for sample in samples.iter() {
        let reply = sample.outcome.reply().expect("it succeeded");
        assert_is_what_was_asked_for(reply, &books);
    }
    assert_eq!(server.get(&book_path(&books[0])).await.json_of(200)["title"], "Changed meanwhile");
    Phases {
        normal: samples.between(began, broke),
        meanwhile: samples.between(broke, mending),
        afterwards: samples.since(mended),
    }
}

async fn set(fault: RedisFault, is_broken: bool, redis: &RedisServer, way: &GarbledRedis) {
    match (fault, is_broken) {
        (RedisFault::Killed, true) => redis.kill().await,
        (RedisFault::Killed, false) => redis.restart().await,
        (RedisFault::Frozen, true) => redis.freeze().await,
        (RedisFault::Frozen, false) => redis.thaw().await,
        (RedisFault::Full, true) => configure(redis, "maxmemory 1").await,
        (RedisFault::Full, false) => configure(redis, "maxmemory 0").await,
        (RedisFault::Garbling, _) => way.garble(is_broken),
    }
}

/// Changes a setting of Redis. It evicts nothing unless it is told to.
async fn configure(redis: &RedisServer, setting: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port())).await.expect("Redis listens");
    stream.write_all(format!("CONFIG SET {setting}\r\n").as_bytes()).await.expect("Redis reads");
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await.expect("Redis answers");
    assert_eq!(&answer, b"+OK\r\n");
}

/// Whether a read is answered from Redis.
async fn is_used(server: &Server, book: &Value) -> bool {
    let hits = async || server.scrape().await.value("library_cache_hits_total", &[("cache", "books")]);
    let before = hits().await;
    server.get(&book_path(book)).await.assert_status(200);
    hits().await > before
}

/// It is the book of that path, as it was added but for what is changed.
fn assert_is_what_was_asked_for(reply: &Reply, books: &[Value]) {
    let shown = reply.json();
    let added = books.iter().find(|book| book_path(book) == reply.path).unwrap_or_else(|| panic!("nobody added {reply:?}"));
    assert_eq!((&shown["id"], &shown["isbn"]), (&added["id"], &added["isbn"]));
}
