use library_shared_domain::{
    ClaimId, Clock, DependencyError, IdGenerator, error_chain,
    idempotency::{
        Claim, ClaimError, ClaimRepository, Claimed, CommandCaller, CompleteClaimError, Completion, Fingerprint, IdempotencyKey,
        Receipt,
    },
};
use std::sync::Arc;

/// Has a command with an idempotency key take effect once, however often it is sent.
pub struct ExecuteOnce {
    claims: Arc<dyn ClaimRepository>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
}

/// What a command is recognised by.
#[derive(Debug, Clone)]
pub struct KeyedCommand {
    /// The key that its caller gave it.
    pub key: IdempotencyKey,
    /// Who gave it.
    pub caller: CommandCaller,
    /// What tells it from another command of the same key.
    pub fingerprint: Fingerprint,
}

/// What came of a command.
#[derive(Debug)]
pub enum Executed<T> {
    /// It was executed now.
    Now(T),
    /// It was executed before, and this was kept of its outcome.
    Before(Vec<u8>),
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteOnceError {
    /// Another attempt at it is under way.
    #[error("the command is being executed")]
    Running,
    /// Its key was given to another command.
    #[error("the key was given to another command")]
    OtherCommand,
    /// The member who calls is gone.
    #[error("the member who calls does not exist")]
    CallerMissing,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl ExecuteOnce {
    /// The use case on these ports.
    pub fn new(claims: Arc<dyn ClaimRepository>, ids: Arc<dyn IdGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { claims, ids, clock }
    }

    /// Executes the command, or answers with what was kept of it.
    ///
    /// `command` is told by which completion to keep its outcome, as `encode` encodes it, in the unit of work of its effect. An error
    /// has no effect; `encode_error` says what is to be kept of it, or `None` where another attempt may fare better.
    ///
    /// # Errors
    /// [`ExecuteOnceError::Running`] while another attempt is under way, [`ExecuteOnceError::OtherCommand`] where the key is another
    /// command's, [`ExecuteOnceError::CallerMissing`] where the member who calls is gone.
    #[tracing::instrument(name = "execute_once", skip_all)]
    pub async fn execute<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        keyed: KeyedCommand,
        encode: impl Fn(&T) -> Receipt + Send + Sync + 'static,
        encode_error: impl FnOnce(&E) -> Option<Receipt>,
        command: impl FnOnce(Completion<T>) -> F,
    ) -> Result<Executed<Result<T, E>>, ExecuteOnceError> {
        let id = ClaimId::from(self.ids.generate());
        let KeyedCommand { key, caller, fingerprint } = keyed;
        match self.claims.claim(&Claim { id, caller, key, fingerprint, claimed_at: self.clock.now() }).await? {
            Claimed::Fresh => {}
            Claimed::Completed(receipt) => return Ok(Executed::Before(receipt.outcome)),
            Claimed::Running => return Err(ExecuteOnceError::Running),
            Claimed::OtherCommand => return Err(ExecuteOnceError::OtherCommand),
        }
        let outcome = command(Completion::of(id, encode)).await;
        if let Err(error) = &outcome {
            self.conclude(id, encode_error(error)).await?;
        }
        Ok(Executed::Now(outcome))
    }

    /// Keeps the error, or leaves the key free. The command has had no effect; so where this fails, nothing is wrong but that the
    /// key is busy until the lease has passed. Who was overtaken may have been refused because of what the other attempt did: the
    /// other's outcome is the one to be told.
    async fn conclude(&self, id: ClaimId, receipt: Option<Receipt>) -> Result<(), ExecuteOnceError> {
        let concluded = match receipt {
            Some(receipt) => self.claims.complete(id, &receipt).await,
            None => self.claims.release(id).await.map_err(CompleteClaimError::from),
        };
        match concluded {
            Ok(()) => Ok(()),
            Err(CompleteClaimError::Lost) => Err(ExecuteOnceError::Running),
            Err(CompleteClaimError::Dependency(error)) => {
                tracing::warn!(error = error_chain(&error), "idempotency_claim_left_open");
                Ok(())
            }
        }
    }
}

impl From<ClaimError> for ExecuteOnceError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::CallerMissing => Self::CallerMissing,
            ClaimError::Dependency(error) => Self::Dependency(error),
        }
    }
}

#[cfg(test)]
mod tests;
