//! A cache with a level in this process above Redis, as a server has it.

use crate::number_in_redis::NumberInRedis;
use library_shared_infra::{
    cache::{Cache, NearCache, NearValues, RedisCache},
    redis::RedisConnections,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Longer than Redis takes on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(10);

/// As soon as Redis tells it of changes.
pub async fn near_cache(url: &str, time_to_live: Duration) -> Arc<dyn Cache<u64>> {
    let connections = RedisConnections::open(url).expect("a URL of Redis");
    near_cache_over(connections.with_command_limit(PATIENCE), time_to_live).await
}

/// As [`near_cache`], over these connections.
pub async fn near_cache_over(connections: RedisConnections, time_to_live: Duration) -> Arc<dyn Cache<u64>> {
    let values = NearValues::<_, NumberInRedis>::new();
    let tracking = connections.track(vec![values.clone()]);
    let started = Instant::now();
    while !tracking.is_current() {
        assert!(started.elapsed() < PATIENCE, "Redis does not tell of changes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Arc::new(NearCache::new(values, RedisCache::new(connections, time_to_live), tracking))
}
