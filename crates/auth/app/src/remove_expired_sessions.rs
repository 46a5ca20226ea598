use library_auth_domain::RefreshTokenRepository;
use library_shared_domain::{Clock, DependencyError};
use std::sync::Arc;

/// Removes sessions that nobody can renew any more, so that they do not pile up.
pub struct RemoveExpiredSessions {
    tokens: Arc<dyn RefreshTokenRepository>,
    clock: Arc<dyn Clock>,
}

impl RemoveExpiredSessions {
    /// The use case on these ports.
    pub fn new(tokens: Arc<dyn RefreshTokenRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, clock }
    }

    /// Removes every session whose last token has expired, and answers with how many they were.
    ///
    /// # Errors
    /// Only those of the machinery.
    pub async fn execute(&self) -> Result<usize, DependencyError> {
        self.tokens.remove_expired(self.clock.now()).await
    }
}
