use crate::locked::locked;
use async_trait::async_trait;
use library_auth_domain::{FailedAttempts, FailedLogins, LoginName, TooManyFailures};
use library_shared_domain::Clock;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// Remembers failed logins by the clock that a test moves.
pub struct FakeFailedLogins {
    clock: Arc<dyn Clock>,
    attempts: Mutex<HashMap<LoginName, FailedAttempts>>,
}

impl FakeFailedLogins {
    /// Nothing has failed yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, attempts: Mutex::default() }
    }
}

#[async_trait]
impl FailedLogins for FakeFailedLogins {
    async fn count(&self, name: &LoginName) -> Result<(), TooManyFailures> {
        let mut attempts = locked(&self.attempts);
        let next = FailedAttempts::and_another(attempts.get(name).copied(), self.clock.now())?;
        attempts.insert(name.clone(), next);
        Ok(())
    }

    async fn take_back(&self, name: &LoginName) {
        let mut attempts = locked(&self.attempts);
        if let Some(less) = attempts.remove(name).and_then(FailedAttempts::and_one_less) {
            attempts.insert(name.clone(), less);
        }
    }

    async fn forget(&self, name: &LoginName) {
        locked(&self.attempts).remove(name);
    }
}
