//! The level in the process above Redis: that it spares trips, and that it believes no longer than it may.

mod near_cache;
mod number_in_redis;
mod raw_redis;

use deadpool_redis::redis::{Cmd, InfoDict, Pipeline, aio::MultiplexedConnection};
use library_shared_infra::{
    cache::{Cache, LookUp, NearCache, NearValues, RedisCache},
    redis::{KeyTracking, RedisConnections},
};
use library_testkit::{
    servers::{RedisServer, redis_url_of_its_own},
    unique_id,
};
use near_cache::{near_cache, near_cache_over};
use number_in_redis::NumberInRedis;
use raw_redis::raw_connection;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

const TIME_TO_LIVE: Duration = Duration::from_mins(1);

/// A while after which word of a change has come, or is known not to have come.
const LAG: Duration = KeyTracking::LAG;

/// How long to wait for what has to happen some time.
const PATIENCE: Duration = Duration::from_secs(10);

type NumberCache = Arc<dyn Cache<u64>>;

#[tokio::test(flavor = "multi_thread")]
async fn most_look_ups_do_not_go_to_redis() {
    let redis = RedisServer::start().await;
    let (cache, id) = (near_cache(&redis.url(), TIME_TO_LIVE).await, unique_id());
    put(&cache, id, 7).await;
    let mut raw = raw_connection(&redis.url()).await;
    let before = gets(&mut raw).await;
    for _ in 0..1_000 {
        assert_eq!(cache.look_up(id).await, LookUp::Hit(7));
    }
    let trips = gets(&mut raw).await - before;
    // Not none: on a machine that does much else, Redis may be unheard of for a while.
    assert!(trips < 500, "{trips} of 1,000 look-ups went to Redis");
    assert!(cache.usage().hits >= 1_000, "a value that is found near is found: {:?}", cache.usage());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_forgets_is_not_found_after_the_lag() {
    let url = redis_url_of_its_own().await;
    let (here, there) = (near_cache(&url, TIME_TO_LIVE).await, near_cache(&url, TIME_TO_LIVE).await);
    for number in 0..50 {
        let id = unique_id();
        put(&there, id, number).await;
        assert_eq!(here.look_up(id).await, LookUp::Hit(number));
        there.forget(id).await;
        tokio::time::sleep(LAG).await;
        assert!(!matches!(here.look_up(id).await, LookUp::Hit(_)), "{number}");
    }
}

/// Readers on one server and a writer on another, on one id. What was acknowledged longer ago than the lag is seen by all.
#[tokio::test(flavor = "multi_thread")]
async fn no_reader_sees_a_value_older_than_a_write_acknowledged_before_the_lag() {
    let url = redis_url_of_its_own().await;
    let (here, there, id) = (near_cache(&url, TIME_TO_LIVE).await, near_cache(&url, TIME_TO_LIVE).await, unique_id());
    let (store, acknowledged, ended) =
        (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let (here, store, acknowledged, ended) = (here.clone(), store.clone(), acknowledged.clone(), ended.clone());
            tokio::spawn(async move {
                while !ended.load(Ordering::SeqCst) {
                    let at_least = acknowledged.load(Ordering::SeqCst);
                    tokio::time::sleep(LAG).await;
                    for _ in 0..20 {
                        let seen = read(&here, id, &store).await;
                        assert!(seen >= at_least, "saw {seen} after {at_least} was acknowledged");
                    }
                }
            })
        })
        .collect();
    for number in 1..=300 {
        store.store(number, Ordering::SeqCst);
        there.forget(id).await;
        acknowledged.store(number, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ended.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.expect("no reader saw an old value");
    }
    assert!(here.usage().hits > 0, "the cache was of use");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_believed_while_redis_is_unheard_of() {
    let redis = RedisServer::start().await;
    let connections = RedisConnections::open(&redis.url()).expect("a URL of Redis");
    let (cache, id) = (near_cache_over(connections, TIME_TO_LIVE).await, unique_id());
    put(&cache, id, 7).await;

    redis.freeze().await;
    tokio::time::sleep(LAG).await;
    assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    redis.thaw().await;
    wait_until(async || cache.look_up(id).await == LookUp::Hit(7)).await;

    redis.kill().await;
    tokio::time::sleep(LAG).await;
    assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    redis.restart().await;
    wait_until(async || !matches!(cache.look_up(id).await, LookUp::Bypass)).await;
}

/// The connection that brings word of changes says nothing more and does not break, and everything else works.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_believed_while_no_word_of_changes_arrives() {
    let redis = RedisServer::start().await;
    let is_silent = Arc::new(AtomicBool::new(false));
    let way = silencing_way_to(format!("127.0.0.1:{}", redis.port()), Arc::clone(&is_silent)).await;
    let (here, there) =
        (near_cache(&format!("redis://{way}/0"), TIME_TO_LIVE).await, near_cache(&redis.url(), TIME_TO_LIVE).await);
    let id = unique_id();
    put(&there, id, 7).await;
    put(&here, id, 7).await;

    is_silent.store(true, Ordering::SeqCst);
    there.forget(id).await;
    put(&there, id, 8).await;
    tokio::time::sleep(LAG).await;
    assert_eq!(here.look_up(id).await, LookUp::Hit(8));
}

/// A way to this Redis on which nothing comes back over connections that are told of changes, once it is silent.
async fn silencing_way_to(redis: String, is_silent: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (redis, is_silent, is_told) = (redis.clone(), Arc::clone(&is_silent), Arc::new(AtomicBool::new(false)));
            tokio::spawn(async move {
                let redis = TcpStream::connect(redis).await.expect("Redis is there");
                let ((mut from_client, mut to_client), (mut from_redis, mut to_redis)) =
                    (client.into_split(), redis.into_split());
                let tells = Arc::clone(&is_told);
                tokio::spawn(async move {
                    let mut bytes = [0; 4_096];
                    while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
                        if bytes[..length].windows(8).any(|word| word == b"TRACKING") {
                            tells.store(true, Ordering::SeqCst);
                        }
                        drop(to_redis.write_all(&bytes[..length]).await);
                    }
                });
                let mut bytes = [0; 4_096];
                while let Ok(length @ 1..) = from_redis.read(&mut bytes).await {
                    if !(is_told.load(Ordering::SeqCst) && is_silent.load(Ordering::SeqCst)) {
                        drop(to_client.write_all(&bytes[..length]).await);
                    }
                }
            });
        }
    });
    address
}

/// What changed while nobody listened was told to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn what_changed_while_the_connection_was_broken_is_not_found_afterwards() {
    let redis = RedisServer::start().await;
    let (cache, id) = (near_cache(&redis.url(), TIME_TO_LIVE).await, unique_id());
    put(&cache, id, 7).await;
    let mut raw = raw_connection(&redis.url()).await;

    // In one step, so that the change is told to nobody.
    let mut step = Pipeline::new();
    step.atomic().cmd("CLIENT").arg("KILL").arg("TYPE").arg("NORMAL").arg("SKIPME").arg("YES").ignore();
    let () = step.set(format!("test:number:{id}"), "V8").ignore().query_async(&mut raw).await.expect("set");

    tokio::time::sleep(LAG).await;
    wait_until(async || match cache.look_up(id).await {
        LookUp::Hit(found) => {
            assert_eq!(found, 8);
            true
        }
        LookUp::Miss(_) | LookUp::Bypass => false,
    })
    .await;
    // Near again, and still the new one.
    wait_until(async || {
        let before = gets(&mut raw.clone()).await;
        for _ in 0..20 {
            assert_ne!(cache.look_up(id).await, LookUp::Hit(7));
        }
        gets(&mut raw.clone()).await - before < 10
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_redis_throws_away_is_not_found() {
    let redis = RedisServer::start().await;
    let (cache, id) = (near_cache(&redis.url(), TIME_TO_LIVE).await, unique_id());
    put(&cache, id, 7).await;
    let mut raw = raw_connection(&redis.url()).await;
    let () = Cmd::new().arg("FLUSHALL").query_async(&mut raw).await.expect("flushed");
    tokio::time::sleep(LAG).await;
    assert!(!matches!(cache.look_up(id).await, LookUp::Hit(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_does_not_tell_of_changes_is_a_cache_all_the_same() {
    let redis = RedisServer::start().await;
    let mut raw = raw_connection(&redis.url()).await;
    let rules = ["on", ">secret", "~*", "&*", "+@all", "-client|tracking"];
    let () = Cmd::new().arg("ACL").arg("SETUSER").arg("reader").arg(&rules).query_async(&mut raw).await.expect("a user");
    let url = redis.url().replace("redis://", "redis://reader:secret@");
    let connections = RedisConnections::open(&url).expect("a URL of Redis").with_command_limit(PATIENCE);
    let values = NearValues::<_, NumberInRedis>::new();
    let tracking = connections.track(vec![values.clone()]);
    let cache: NumberCache = Arc::new(NearCache::new(values, RedisCache::new(connections, TIME_TO_LIVE), tracking.clone()));
    let id = unique_id();
    put(&cache, id, 7).await;
    let before = gets(&mut raw).await;
    for _ in 0..100 {
        assert_eq!(cache.look_up(id).await, LookUp::Hit(7));
    }
    assert_eq!(gets(&mut raw).await - before, 100);
    assert!(!tracking.is_current());
}

/// Fills a value in and looks it up until it is there: word of the filling in comes back, too.
async fn put(cache: &NumberCache, id: Uuid, number: u64) {
    wait_until(async || match cache.look_up(id).await {
        LookUp::Hit(found) => found == number,
        LookUp::Miss(permit) => {
            cache.fill(id, permit, &number).await;
            false
        }
        LookUp::Bypass => false,
    })
    .await;
    tokio::time::sleep(LAG).await;
    assert_eq!(cache.look_up(id).await, LookUp::Hit(number));
}

/// A read-through: the store answers where the cache does not.
async fn read(cache: &NumberCache, id: Uuid, store: &AtomicU64) -> u64 {
    match cache.look_up(id).await {
        LookUp::Hit(found) => found,
        LookUp::Bypass => store.load(Ordering::SeqCst),
        LookUp::Miss(permit) => {
            let found = store.load(Ordering::SeqCst);
            cache.fill(id, permit, &found).await;
            found
        }
    }
}

/// How many keys Redis has been asked for so far.
async fn gets(raw: &mut MultiplexedConnection) -> u64 {
    let info: InfoDict = Cmd::new().arg("INFO").arg("commandstats").query_async(raw).await.expect("its statistics");
    let get: Option<String> = info.get("cmdstat_get");
    let calls = get.and_then(|get| get.split(',').next()?.strip_prefix("calls=")?.parse().ok());
    calls.unwrap_or(0)
}

async fn wait_until(condition: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "it takes too long");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
