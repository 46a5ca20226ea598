//! The limiters, held to what their port promises; and Redis, shared by servers, away or frozen.

mod raw_redis;

use deadpool_redis::redis::cmd;
use library_shared_domain::{Quota, RateLimiter, Standing};
use library_shared_infra::{
    limits::{InProcessRateLimiter, RedisRateLimiter},
    redis::RedisConnections,
};
use library_testkit::{
    contract::rate_limiter::Open,
    count, race,
    servers::{RedisServer, redis_url_of_its_own},
};
use raw_redis::raw_connection;
use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

/// A limiter that loses patience counts for itself, which is not what most of these tests are about.
const PATIENCE: Duration = Duration::from_secs(10);

const QUOTA: Quota = Quota::new("test", NonZeroU32::new(5).expect("not zero"), Duration::from_hours(5));

mod process {
    library_testkit::rate_limiter_contract!(super::in_process);
}

mod redis {
    library_testkit::rate_limiter_contract!(super::in_redis);
}

async fn in_process() -> Open {
    Arc::new(|quota| Arc::new(InProcessRateLimiter::new(quota)))
}

async fn in_redis() -> Open {
    let url = redis_url_of_its_own().await;
    Arc::new(move |quota| limiter_on(&url, quota))
}

fn limiter_on(url: &str, quota: Quota) -> Arc<dyn RateLimiter> {
    let connections = RedisConnections::open(url).expect("a URL of Redis");
    Arc::new(RedisRateLimiter::new(connections.with_command_limit(PATIENCE), quota))
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_on_one_redis_permit_together_what_one_would() {
    let url = redis_url_of_its_own().await;
    let servers: Vec<_> = (0..2).map(|_| limiter_on(&url, QUOTA)).collect();
    let standings = race(|number| {
        let server = servers[number % 2].clone();
        async move { server.take("ada").await }
    })
    .await;
    assert_eq!(count(&standings, |standing| matches!(standing, Standing::Permitted { .. })), 5, "{standings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_do_not_mix() {
    let url = redis_url_of_its_own().await;
    let other = Quota::new("other", QUOTA.requests(), QUOTA.window());
    for quota in [QUOTA, other] {
        assert_eq!(limiter_on(&url, quota).take("ada").await, Standing::Permitted { remaining: 4 }, "{quota:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_redis_is_away_or_frozen_each_server_counts_for_itself_at_little_cost() {
    let redis = RedisServer::start().await;
    let connections = RedisConnections::open(&redis.url()).expect("a URL of Redis");
    let limiter: Arc<dyn RateLimiter> = Arc::new(RedisRateLimiter::new(connections, QUOTA));

    redis.freeze().await;
    let started = Instant::now();
    for remaining in (0..5).rev() {
        assert_eq!(limiter.take("ada").await, Standing::Permitted { remaining });
    }
    assert!(matches!(limiter.take("ada").await, Standing::Refused { .. }));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    redis.kill().await;
    assert!(matches!(limiter.take("ada").await, Standing::Refused { .. }));

    redis.restart().await;
    let deadline = Instant::now() + Duration::from_secs(10);
    // By itself, this server refuses.
    while !matches!(limiter.take("ada").await, Standing::Permitted { .. }) {
        assert!(Instant::now() < deadline, "it does not count in Redis again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_redis_keeps_of_a_caller_goes_when_it_says_nothing_any_more() {
    let url = redis_url_of_its_own().await;
    let mut raw = raw_connection(&url).await;
    limiter_on(&url, QUOTA).take("ada").await;
    let ttl: i64 = cmd("PTTL").arg("library:limit:test:ada").query_async(&mut raw).await.expect("how long it lives");
    assert!((1..=Duration::from_hours(1).as_millis().try_into().expect("an hour")).contains(&ttl), "{ttl} ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_clock_of_redis_was_set_back_nobody_waits_for_longer_than_a_window() {
    let url = redis_url_of_its_own().await;
    let mut raw = raw_connection(&url).await;
    // The year 2100, in microseconds.
    let _: () = cmd("SET").arg("library:limit:test:ada").arg("4102444800000000").query_async(&mut raw).await.expect("set");
    let standing = limiter_on(&url, QUOTA).take("ada").await;
    let Standing::Refused { wait } = standing else { panic!("{standing:?}") };
    assert!(wait <= QUOTA.window(), "{wait:?}");
}
