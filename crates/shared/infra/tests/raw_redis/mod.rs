//! A connection to Redis that tests look at it over, past what they test.

use deadpool_redis::redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use std::time::Duration;

/// Longer than Redis takes on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn raw_connection(url: &str) -> MultiplexedConnection {
    let client = Client::open(url).expect("a URL of Redis");
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE)).set_connection_timeout(Some(PATIENCE));
    client.get_multiplexed_async_connection_with_config(&config).await.expect("Redis is there")
}
