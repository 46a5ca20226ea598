use super::InProcessRateLimiter;
use crate::redis::{RedisCommandError, RedisConnections, RedisScript};
use async_trait::async_trait;
use library_shared_domain::{Quota, RateLimiter, Standing};
use std::time::Duration;

/// The generic cell rate algorithm, as governor has it. The key holds the time at which the whole quota will be there again, in
/// microseconds of Redis's own clock: servers need not agree on the time. It expires when that time has come, because then it says
/// no more than its absence. Where the clock has been set back, nobody waits for longer than a whole quota takes.
///
/// `ARGV`: how long until one request is there again, in microseconds; how many there are. Answers with how many are left and, where
/// the request is refused, with how many microseconds to wait.
const TAKE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, requests = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = math.min(tonumber(redis.call('GET', KEYS[1]) or now), now + interval * requests)
local whole = math.max(kept, now) + interval
local wait = whole - now - interval * requests
if wait > 0 then return {0, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', whole), 'PX', math.ceil((whole - now) / 1000))
return {math.floor(-wait / interval), 0}
";

/// A limiter in Redis, by which servers count together. While Redis is away, this server counts for itself.
pub struct RedisRateLimiter {
    connections: RedisConnections,
    take: RedisScript,
    alone: InProcessRateLimiter,
}

impl RedisRateLimiter {
    /// Counts against this quota.
    #[must_use]
    pub fn new(connections: RedisConnections, quota: Quota) -> Self {
        Self { connections, take: RedisScript::new(TAKE), alone: InProcessRateLimiter::new(quota) }
    }

    async fn take_from_redis(&self, key: &str) -> Result<Option<Standing>, RedisCommandError> {
        let quota = self.quota();
        let interval = u64::try_from(quota.interval().as_micros()).unwrap_or(u64::MAX).max(1);
        let arguments = [interval, u64::from(quota.requests().get())];
        let answer = self.connections.invoke(&self.take, &format!("library:limit:{}:{key}", quota.name()), &arguments).await?;
        Ok(standing(&answer))
    }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    fn quota(&self) -> Quota {
        self.alone.quota()
    }

    async fn take(&self, key: &str) -> Standing {
        match self.take_from_redis(key).await {
            Ok(Some(standing)) => return standing,
            Ok(None) => tracing::warn!(quota = self.quota().name(), "redis_limit_not_understood"),
            Err(error) => error.log("redis_limit_failed"),
        }
        self.alone.take(key).await
    }
}

/// What the script's answer says.
fn standing(answer: &[i64]) -> Option<Standing> {
    let [remaining, wait] = *answer else { return None };
    match u64::try_from(wait).ok()? {
        0 => Some(Standing::Permitted { remaining: u32::try_from(remaining).ok()? }),
        wait => Some(Standing::Refused { wait: Duration::from_micros(wait) }),
    }
}
