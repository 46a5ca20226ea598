//! Remembering failed logins: in this process, and in Redis for all servers together.

mod in_process;
mod redis;

pub use in_process::InProcessFailedLogins;
pub use redis::RedisFailedLogins;

use async_trait::async_trait;
use library_auth_domain::{FailedLogins, LoginName, TooManyFailures};

/// Remembers nothing, so no login ever has to wait.
pub struct ForgottenFailedLogins;

#[async_trait]
impl FailedLogins for ForgottenFailedLogins {
    async fn count(&self, _: &LoginName) -> Result<(), TooManyFailures> {
        Ok(())
    }

    async fn take_back(&self, _: &LoginName) {}

    async fn forget(&self, _: &LoginName) {}
}
