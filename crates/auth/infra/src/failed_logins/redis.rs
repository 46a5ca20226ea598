use super::InProcessFailedLogins;
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use library_auth_domain::{FailedAttempts, FailedLogins, LoginName, TooManyFailures};
use library_shared_domain::Clock;
use library_shared_infra::redis::{RedisCommandError, RedisConnections, RedisScript};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use time::Duration;

/// [`FailedAttempts::and_another`], by Redis's own clock. `ARGV`: how many need no wait; the longest wait and how long failures are
/// remembered, in milliseconds. Answers with how many milliseconds to wait, 0 where the attempt was counted.
const COUNT: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'count', 'last_at')
local count, last_at = tonumber(kept[1] or 0), math.min(tonumber(kept[2] or 0), now)
local doublings = count - tonumber(ARGV[1])
if doublings >= 0 then
  local wait = last_at + math.min(1000 * 2 ^ doublings, tonumber(ARGV[2])) - now
  if wait > 0 then return {wait} end
end
if count == 0 then last_at = now end
redis.call('HSET', KEYS[1], 'count', count + 1, 'last_at', string.format('%.0f', now), 'before_at', string.format('%.0f', last_at))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {0}
";

/// [`FailedAttempts::and_one_less`]. `ARGV`: how long failures are remembered, in milliseconds. A server of the release before keeps no
/// `before_at`.
const TAKE_BACK: &str = "
local kept = redis.call('HMGET', KEYS[1], 'count', 'last_at', 'before_at')
local count = tonumber(kept[1] or 0) - 1
if count <= 0 then
  redis.call('DEL', KEYS[1])
else
  local last_at = kept[3] or kept[2]
  redis.call('HSET', KEYS[1], 'count', count, 'last_at', last_at)
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last_at) + tonumber(ARGV[1])))
end
return {}
";

const FORGET: &str = "redis.call('DEL', KEYS[1]) return {}";

/// Remembers failed logins in Redis, by which servers count together. While Redis is away, this server counts for itself.
pub struct RedisFailedLogins {
    connections: RedisConnections,
    count: RedisScript,
    take_back: RedisScript,
    forget: RedisScript,
    alone: InProcessFailedLogins,
}

impl RedisFailedLogins {
    /// What failed is remembered behind these connections; the clock is for when there are none.
    pub fn new(connections: RedisConnections, clock: Arc<dyn Clock>) -> Self {
        Self {
            connections,
            count: RedisScript::new(COUNT),
            take_back: RedisScript::new(TAKE_BACK),
            forget: RedisScript::new(FORGET),
            alone: InProcessFailedLogins::new(clock),
        }
    }

    async fn invoke(&self, script: &RedisScript, name: &LoginName, arguments: &[u64]) -> Result<Vec<i64>, RedisCommandError> {
        let outcome = self.connections.invoke(script, &key(name), arguments).await;
        if let Err(error) = &outcome {
            error.log("redis_failed_logins_failed");
        }
        outcome
    }
}

#[async_trait]
impl FailedLogins for RedisFailedLogins {
    async fn count(&self, name: &LoginName) -> Result<(), TooManyFailures> {
        let rule = [
            u64::from(FailedAttempts::WITHOUT_WAIT),
            milliseconds(FailedAttempts::LONGEST_WAIT),
            milliseconds(FailedAttempts::MEMORY),
        ];
        match self.invoke(&self.count, name, &rule).await.as_deref() {
            Ok(&[0]) => Ok(()),
            Ok(&[wait]) => Err(TooManyFailures { wait: Duration::milliseconds(wait) }),
            Ok(_) | Err(_) => self.alone.count(name).await,
        }
    }

    // What this server counted while Redis was away goes the same way.
    async fn take_back(&self, name: &LoginName) {
        self.alone.take_back(name).await;
        self.invoke(&self.take_back, name, &[milliseconds(FailedAttempts::MEMORY)]).await.ok();
    }

    async fn forget(&self, name: &LoginName) {
        self.alone.forget(name).await;
        self.invoke(&self.forget, name, &[]).await.ok();
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.whole_milliseconds()).unwrap_or(u64::MAX)
}

/// A digest, so that Redis is told no address, and a key has a length.
fn key(name: &LoginName) -> String {
    format!("library:failed-logins:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(name.as_str().as_bytes())))
}
