//! The caches, held to what the port promises; and Redis when it is away, frozen or full of nonsense.

mod near_cache;
mod number_in_redis;

use library_shared_infra::{
    cache::{Cache, CacheUsage, FillPermit, InProcessCache, LookUp, RedisCache},
    redis::RedisConnections,
};
use library_testkit::{
    servers::{RedisServer, redis_url_of_its_own},
    unique_id,
};
use near_cache::near_cache;
use number_in_redis::NumberInRedis;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const TIME_TO_LIVE: Duration = Duration::from_mins(1);

type NumberCache = Arc<dyn Cache<u64>>;

async fn in_process(time_to_live: Duration) -> NumberCache {
    Arc::new(InProcessCache::new(time_to_live))
}

async fn in_redis(time_to_live: Duration) -> NumberCache {
    cache_on(&redis_url_of_its_own().await, time_to_live)
}

/// A level in this process above Redis, as soon as Redis tells it of changes.
async fn near(time_to_live: Duration) -> NumberCache {
    near_cache(&redis_url_of_its_own().await, time_to_live).await
}

fn cache_on(url: &str, time_to_live: Duration) -> NumberCache {
    Arc::new(RedisCache::<_, NumberInRedis>::new(RedisConnections::open(url).expect("a URL of Redis"), time_to_live))
}

async fn miss(cache: &NumberCache, id: Uuid) -> FillPermit {
    match cache.look_up(id).await {
        LookUp::Miss(permit) => permit,
        other => panic!("expected a miss, got {other:?}"),
    }
}

/// Each rule, over each cache.
macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {
        mod process {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(super::in_process).await;
            })+
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(super::in_redis).await;
            })+
        }
        mod near {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(super::near).await;
            })+
        }
    };
}

rules! {
    what_was_filled_in_is_found,
    ids_do_not_mix,
    what_is_forgotten_is_not_found,
    a_slow_reader_cannot_put_an_old_value_back,
    a_value_expires,
    look_ups_are_counted_by_whether_they_found_the_value,
    no_reader_sees_a_value_older_than_an_acknowledged_write,
}

async fn what_was_filled_in_is_found(open: impl AsyncFn(Duration) -> NumberCache) {
    let (cache, id) = (open(TIME_TO_LIVE).await, unique_id());
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &7).await;
    assert_eq!(cache.look_up(id).await, LookUp::Hit(7));
}

async fn ids_do_not_mix(open: impl AsyncFn(Duration) -> NumberCache) {
    let cache = open(TIME_TO_LIVE).await;
    let ids: Vec<Uuid> = (0..100).map(|_| unique_id()).collect();
    for (number, id) in (0..).zip(&ids) {
        let permit = miss(&cache, *id).await;
        cache.fill(*id, permit, &number).await;
    }
    for (number, id) in (0..).zip(&ids) {
        assert_eq!(cache.look_up(*id).await, LookUp::Hit(number));
    }
}

async fn look_ups_are_counted_by_whether_they_found_the_value(open: impl AsyncFn(Duration) -> NumberCache) {
    let (cache, id) = (open(TIME_TO_LIVE).await, unique_id());
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &7).await;
    for _ in 0..3 {
        assert_eq!(cache.look_up(id).await, LookUp::Hit(7));
    }
    cache.forget(id).await;
    miss(&cache, id).await;
    assert_eq!(cache.usage(), CacheUsage { hits: 3, misses: 2, errors: 0 });
}

async fn what_is_forgotten_is_not_found(open: impl AsyncFn(Duration) -> NumberCache) {
    let (cache, id) = (open(TIME_TO_LIVE).await, unique_id());
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &7).await;
    cache.forget(id).await;
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &8).await;
    assert_eq!(cache.look_up(id).await, LookUp::Hit(8));
}

async fn a_slow_reader_cannot_put_an_old_value_back(open: impl AsyncFn(Duration) -> NumberCache) {
    let (cache, id) = (open(TIME_TO_LIVE).await, unique_id());
    let permit = miss(&cache, id).await;
    cache.forget(id).await;
    cache.fill(id, permit, &7).await;
    assert!(!matches!(cache.look_up(id).await, LookUp::Hit(_)));
}

async fn a_value_expires(open: impl AsyncFn(Duration) -> NumberCache) {
    let (cache, id) = (open(Duration::from_millis(200)).await, unique_id());
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &7).await;
    let started = Instant::now();
    while matches!(cache.look_up(id).await, LookUp::Hit(_)) {
        assert!(started.elapsed() < Duration::from_secs(5), "a value lives for 200 ms");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Fifteen readers and a writer on one id. The writer acknowledges a number only after it has forgotten the one before; a reader
/// that begins after that must not see an older one.
async fn no_reader_sees_a_value_older_than_an_acknowledged_write(open: impl AsyncFn(Duration) -> NumberCache) {
    let (cache, id) = (open(TIME_TO_LIVE).await, unique_id());
    let (store, acknowledged, hits) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = (0..15)
        .map(|_| {
            let (cache, store, acknowledged, hits) = (cache.clone(), store.clone(), acknowledged.clone(), hits.clone());
            tokio::spawn(async move {
                for _ in 0..400 {
                    let at_least = acknowledged.load(Ordering::SeqCst);
                    let seen = match cache.look_up(id).await {
                        LookUp::Hit(value) => {
                            hits.fetch_add(1, Ordering::Relaxed);
                            value
                        }
                        LookUp::Bypass => store.load(Ordering::SeqCst),
                        LookUp::Miss(permit) => {
                            let value = store.load(Ordering::SeqCst);
                            tokio::task::yield_now().await;
                            cache.fill(id, permit, &value).await;
                            value
                        }
                    };
                    assert!(seen >= at_least, "{seen} was seen after {at_least} was acknowledged");
                }
            })
        })
        .collect();
    for number in 1..=200 {
        store.store(number, Ordering::SeqCst);
        cache.forget(id).await;
        acknowledged.store(number, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
    for reader in readers {
        reader.await.expect("no reader saw an old value");
    }
    assert!(hits.load(Ordering::Relaxed) > 0, "the cache was of use");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_reader_fills_in_what_all_of_them_miss() {
    let (cache, id) = (in_redis(TIME_TO_LIVE).await, unique_id());
    let permit = miss(&cache, id).await;
    assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    cache.fill(id, permit, &7).await;
    assert_eq!(cache.look_up(id).await, LookUp::Hit(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_release_is_passed_over() {
    let (url, id) = (redis_url_of_its_own().await, unique_id());
    let mut raw = deadpool_redis::redis::Client::open(url.as_str())
        .expect("a URL of Redis")
        .get_multiplexed_async_connection()
        .await
        .expect("Redis is there");
    let cache = cache_on(&url, TIME_TO_LIVE);
    for nonsense in ["Vnot a number", "", "\u{fffd}", "7"] {
        let () = deadpool_redis::redis::cmd("SET")
            .arg(format!("test:number:{id}"))
            .arg(nonsense)
            .query_async(&mut raw)
            .await
            .expect("set");
        assert_eq!(cache.look_up(id).await, LookUp::Bypass, "{nonsense:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_away_or_frozen_costs_little_time_and_comes_back() {
    let redis = RedisServer::start().await;
    let (cache, id) = (cache_on(&redis.url(), TIME_TO_LIVE), unique_id());
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &1).await;
    assert_eq!(cache.look_up(id).await, LookUp::Hit(1));

    redis.freeze().await;
    let started = Instant::now();
    assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    cache.fill(id, permit, &1).await;
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    redis.thaw().await;
    found_again(&cache, id, 1).await;

    redis.kill().await;
    let started = Instant::now();
    assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    redis.restart().await;
    wait_until(async || matches!(cache.look_up(id).await, LookUp::Miss(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_fail_are_counted_and_the_database_has_to_answer() {
    let redis = RedisServer::start().await;
    let (cache, id) = (cache_on(&redis.url(), TIME_TO_LIVE), unique_id());
    let permit = miss(&cache, id).await;
    redis.kill().await;
    cache.fill(id, permit, &1).await;
    assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    assert_eq!(cache.usage(), CacheUsage { hits: 0, misses: 2, errors: 2 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_says_in_time_whether_redis_is_there() {
    let redis = RedisServer::start().await;
    let connections = RedisConnections::open(&redis.url()).expect("a URL of Redis");
    wait_until(async || connections.ping().await.is_ok()).await;
    redis.freeze().await;
    let started = Instant::now();
    assert!(connections.ping().await.is_err());
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    redis.thaw().await;
    wait_until(async || connections.ping().await.is_ok()).await;
    assert_eq!((connections.usage().pool, connections.usage().in_use), ("redis", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_forgotten_while_redis_was_frozen_is_not_seen_when_it_is_back() {
    let redis = RedisServer::start().await;
    let (writer, other_server, id) = (cache_on(&redis.url(), TIME_TO_LIVE), cache_on(&redis.url(), TIME_TO_LIVE), unique_id());
    let permit = miss(&writer, id).await;
    writer.fill(id, permit, &1).await;

    redis.freeze().await;
    writer.forget(id).await;
    redis.thaw().await;

    // The server that wrote never sees it; another one as soon as Redis has been told.
    assert!(!matches!(writer.look_up(id).await, LookUp::Hit(_)));
    wait_until(async || !matches!(other_server.look_up(id).await, LookUp::Hit(_))).await;
    wait_until(async || match writer.look_up(id).await {
        LookUp::Hit(found) => panic!("{found} was forgotten"),
        LookUp::Miss(_) => true,
        LookUp::Bypass => false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_reached_over_a_socket_in_the_file_system() {
    let redis = RedisServer::start().await;
    let (cache, id) = (cache_on(&redis.socket_url(), TIME_TO_LIVE), unique_id());
    let permit = miss(&cache, id).await;
    cache.fill(id, permit, &7).await;
    assert_eq!(cache.look_up(id).await, LookUp::Hit(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_whose_connections_take_long_to_make_is_reached_all_the_same() {
    let url = redis_url_of_its_own().await;
    let (server, database) = url.strip_prefix("redis://").and_then(|rest| rest.split_once('/')).expect("a URL of Redis");
    let slow = slow_to_connect(server.to_owned()).await;
    let (cache, id) = (cache_on(&format!("redis://{slow}/{database}"), TIME_TO_LIVE), unique_id());

    assert_eq!(cache.look_up(id).await, LookUp::Bypass);

    wait_until(async || matches!(cache.look_up(id).await, LookUp::Miss(_))).await;
}

/// A way to this server on which the first answer takes 300 ms, and the others no time.
async fn slow_to_connect(server: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await.expect("Redis is there");
                tokio::time::sleep(Duration::from_millis(300)).await;
                drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
            });
        }
    });
    address
}

async fn found_again(cache: &NumberCache, id: Uuid, value: u64) {
    wait_until(async || cache.look_up(id).await == LookUp::Hit(value)).await;
}

async fn wait_until(condition: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < Duration::from_secs(10), "it takes too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
