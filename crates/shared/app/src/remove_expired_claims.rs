use library_shared_domain::{
    Clock, DependencyError,
    idempotency::{ClaimRepository, KEY_LIFETIME},
};
use std::sync::Arc;

/// Removes what was kept of commands whose keys are free again, so that it does not pile up.
pub struct RemoveExpiredClaims {
    claims: Arc<dyn ClaimRepository>,
    clock: Arc<dyn Clock>,
}

impl RemoveExpiredClaims {
    /// The use case on these ports.
    pub fn new(claims: Arc<dyn ClaimRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { claims, clock }
    }

    /// Removes every claim whose time is over, and answers with how many they were.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "remove_expired_claims", skip_all)]
    pub async fn execute(&self) -> Result<usize, DependencyError> {
        self.claims.remove_claimed_until(self.clock.now() - KEY_LIFETIME).await
    }
}

#[cfg(test)]
mod tests {
    use super::RemoveExpiredClaims;
    use library_shared_domain::{
        DependencyError,
        idempotency::{Claimed, KEY_LIFETIME},
    };
    use library_testkit::{InMemoryLibrary, ManualClock, Port, a_claim, now};
    use std::sync::Arc;
    use time::Duration;

    #[tokio::test]
    async fn a_claim_goes_when_its_day_is_over_and_not_before() {
        let library = InMemoryLibrary::new();
        let (first, second) = (a_claim(), a_claim().made_at(now() + Duration::MICROSECOND));
        for attempt in [&first, &second] {
            library.claims().claim(&attempt.clone().build()).await.expect("claimed");
        }
        let sweep = RemoveExpiredClaims::new(library.claims(), Arc::new(ManualClock::at(now() + KEY_LIFETIME)));
        assert_eq!(sweep.execute().await.expect("removed"), 1);
        assert_eq!(library.claims().claim(&second.again().build()).await.expect("answered"), Claimed::Running);
        assert_eq!(sweep.execute().await.expect("removed"), 0);
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Claims);
        let sweep = RemoveExpiredClaims::new(library.claims(), Arc::new(ManualClock::default()));
        let error = sweep.execute().await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
