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

/// As soon as Redis tells it of changes.
pub async fn near_cache(url: &str, time_to_live: Duration) -> Arc<dyn Cache<u64>> {
    let connections = RedisConnections::open(url).expect("a URL of Redis");
    let values = NearValues::<_, NumberInRedis>::new(time_to_live);
    let tracking = connections.track(vec![values.clone()]);
    let started = Instant::now();
    while !tracking.is_current() {
        assert!(started.elapsed() < Duration::from_secs(10), "Redis does not tell of changes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Arc::new(NearCache::new(values, RedisCache::new(connections, time_to_live), tracking))
}
