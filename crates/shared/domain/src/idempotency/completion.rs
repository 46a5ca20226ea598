use super::{ClaimRepository, CompleteClaimError, Receipt};
use crate::{ClaimId, DependencyError};

/// What a use case is handed to tell its outcome to, before it commits: it completes the claim of the command, where there is one.
pub struct Completion<T>(Option<Asked<T>>);

struct Asked<T> {
    claim: ClaimId,
    encode: Box<dyn Fn(&T) -> Receipt + Send + Sync>,
}

impl<T> Completion<T> {
    /// For a command without a key: nothing is kept of its outcome.
    #[must_use]
    pub const fn not_asked() -> Self {
        Self(None)
    }

    /// For a command whose key has been claimed: what is kept of its outcome is what `encode` makes of it.
    pub fn of(claim: ClaimId, encode: impl Fn(&T) -> Receipt + Send + Sync + 'static) -> Self {
        Self(Some(Asked { claim, encode: Box::new(encode) }))
    }

    /// Whether there is a claim to complete.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.0.is_some()
    }

    /// Completes the claim. Call it in the use case's unit of work, with the unit's own claims, just before the commit, and give the
    /// unit up where it fails: then what another attempt has done stays the only effect.
    ///
    /// # Errors
    /// Where the claim is not this attempt's any more, as an unavailable dependency: the same call gets the other's outcome later.
    pub async fn complete(&self, claims: &dyn ClaimRepository, outcome: &T) -> Result<(), DependencyError> {
        let Some(Asked { claim, encode }) = &self.0 else { return Ok(()) };
        claims.complete(*claim, &encode(outcome)).await.map_err(|error| match error {
            CompleteClaimError::Lost => DependencyError::unavailable("idempotency key", error),
            CompleteClaimError::Dependency(error) => error,
        })
    }
}
