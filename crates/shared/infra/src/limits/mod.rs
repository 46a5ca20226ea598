//! Counting requests against quotas: in this process, and in Redis for all servers together.

mod in_process;
mod redis;

pub use in_process::InProcessRateLimiter;
pub use redis::RedisRateLimiter;
