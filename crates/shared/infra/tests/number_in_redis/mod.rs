//! A value that tests keep in Redis.

use library_shared_infra::cache::RedisValue;

pub struct NumberInRedis;

impl RedisValue<u64> for NumberInRedis {
    const NAMESPACE: &'static str = "test:number";

    fn encode(value: &u64) -> Option<Vec<u8>> {
        Some(value.to_string().into_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<u64> {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    }
}
