//! Redis behind its circuit breaker: what it costs while it is frozen, and that nothing is forgotten of what the breaker kept from it.

mod number_in_redis;
mod raw_redis;

use deadpool_redis::redis::cmd;
use library_shared_infra::{
    BreakerState,
    cache::{Cache, FillPermit, LookUp, RedisCache},
    redis::RedisConnections,
};
use library_testkit::{servers::RedisServer, unique_id};
use number_in_redis::NumberInRedis;
use raw_redis::raw_connection;
use std::time::{Duration, Instant};
use uuid::Uuid;

type NumberCache = RedisCache<u64, NumberInRedis>;

/// The cache of one server, and its connections.
fn a_server(redis: &RedisServer) -> (NumberCache, RedisConnections) {
    let connections = RedisConnections::open(&redis.url()).expect("a URL of Redis");
    (RedisCache::new(connections.clone(), Duration::from_mins(1)), connections)
}

/// A value in the cache. On a machine that does much else, Redis takes too long once in a while, and the next attempt tells.
async fn filled(cache: &NumberCache, value: u64) -> Uuid {
    loop {
        let (id, permit) = missed(cache).await;
        cache.fill(id, permit, &value).await;
        if cache.look_up(id).await == LookUp::Hit(value) {
            return id;
        }
    }
}

/// What is not in the cache, and the right to fill it in.
async fn missed(cache: &NumberCache) -> (Uuid, FillPermit) {
    for _ in 0..100 {
        let id = unique_id();
        if let LookUp::Miss(permit) = cache.look_up(id).await {
            return (id, permit);
        }
    }
    panic!("Redis does not answer");
}

async fn open(cache: &NumberCache, connections: &RedisConnections) {
    while connections.breaker().state() == BreakerState::Closed {
        assert_eq!(cache.look_up(unique_id()).await, LookUp::Bypass);
    }
}

async fn wait_until(condition: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < Duration::from_secs(20), "it takes too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_redis_costs_some_look_ups_their_time_and_the_others_none() {
    let redis = RedisServer::start().await;
    let (cache, connections) = a_server(&redis);
    let id = filled(&cache, 1).await;
    redis.freeze().await;
    let started = Instant::now();
    for _ in 0..200 {
        assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    }
    // At fifty milliseconds each, they would take ten seconds.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_ne!(connections.breaker().state(), BreakerState::Closed);

    redis.thaw().await;
    wait_until(async || cache.look_up(id).await == LookUp::Hit(1)).await;
    assert_eq!(connections.breaker().state(), BreakerState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_whether_redis_is_back_closes_the_breaker_where_nobody_else_asks() {
    let redis = RedisServer::start().await;
    let (cache, connections) = a_server(&redis);
    redis.kill().await;
    open(&cache, &connections).await;
    redis.restart().await;
    wait_until(async || connections.ping().await.is_ok() && connections.breaker().state() == BreakerState::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_takes_nothing_is_as_good_as_away() {
    let redis = RedisServer::start().await;
    let (cache, connections) = a_server(&redis);
    connections.ping().await.expect("it takes what it is given");
    let mut raw = raw_connection(&redis.url()).await;
    let _: String = cmd("REPLICAOF").arg("127.0.0.1").arg(1).query_async(&mut raw).await.expect("it obeys");
    connections.ping().await.expect_err("it is a replica");
    for _ in 0..5 {
        cache.forget(unique_id()).await;
    }
    assert_eq!(connections.breaker().state(), BreakerState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_forgotten_while_the_breaker_was_open_is_not_seen_when_redis_is_back() {
    let redis = RedisServer::start().await;
    let (writer, connections) = a_server(&redis);
    let (other_server, _) = a_server(&redis);
    let id = filled(&writer, 1).await;
    redis.freeze().await;
    open(&writer, &connections).await;
    writer.forget(id).await;
    redis.thaw().await;

    // The server that wrote never sees it; another one as soon as Redis has been told.
    wait_until(async || match writer.look_up(id).await {
        LookUp::Hit(found) => panic!("{found} was forgotten"),
        LookUp::Miss(_) => true,
        LookUp::Bypass => false,
    })
    .await;
    assert!(!matches!(other_server.look_up(id).await, LookUp::Hit(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_cannot_be_filled_in_past_an_open_breaker() {
    let redis = RedisServer::start().await;
    let (writer, connections) = a_server(&redis);
    let (id, permit) = missed(&writer).await;
    redis.freeze().await;
    open(&writer, &connections).await;
    writer.forget(id).await;
    redis.thaw().await;
    // The lease may still stand, for the breaker kept it from being ended.
    wait_until(async || {
        writer.fill(id, permit, &1).await;
        match writer.look_up(id).await {
            LookUp::Hit(found) => panic!("{found} was forgotten"),
            LookUp::Miss(_) => true,
            LookUp::Bypass => false,
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_answers_with_an_error_is_there() {
    let redis = RedisServer::start().await;
    let (cache, connections) = a_server(&redis);
    let id = unique_id();
    let mut raw = raw_connection(&redis.url()).await;
    let list = format!("test:number:{id}");
    let _: u64 = cmd("LPUSH").arg(list).arg("no number").query_async(&mut raw).await.expect("pushed");
    for _ in 0..20 {
        assert_eq!(cache.look_up(id).await, LookUp::Bypass);
    }
    assert_eq!(connections.breaker().state(), BreakerState::Closed);
}
