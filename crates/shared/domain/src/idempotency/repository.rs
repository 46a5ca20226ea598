use super::{Claim, Receipt};
use crate::{ClaimId, DependencyError};
use async_trait::async_trait;
use time::OffsetDateTime;

/// The port that keeps the claims of idempotency keys, and what came of the commands.
///
/// Of a key it keeps no more than tells it from others, and nothing that it can be read from. What it keeps of a member, as their
/// claim or as a receipt about them, goes with the member.
#[async_trait]
pub trait ClaimRepository: Send + Sync {
    /// Claims the key for one attempt at a command. Of many who claim one key at once, exactly one gets [`Claimed::Fresh`].
    ///
    /// A key that was claimed [`KEY_LIFETIME`](super::KEY_LIFETIME) ago or earlier is free. A claim that is not completed can be
    /// taken over for the same command once its [lease](super::CLAIM_LEASE) has passed.
    ///
    /// # Errors
    /// [`ClaimError::CallerMissing`] where the member who calls is gone.
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError>;

    /// Puts the receipt into a claim. In a unit of work, the claim is completed with the unit's other changes or not at all.
    ///
    /// # Errors
    /// [`CompleteClaimError::Lost`] where it is not exactly one open claim that has this id: it has been taken over, it was
    /// completed before, or it has gone.
    async fn complete(&self, id: ClaimId, receipt: &Receipt) -> Result<(), CompleteClaimError>;

    /// Gives up a claim that is not completed, so that the next attempt finds the key free. There need not be one of this id.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn release(&self, id: ClaimId) -> Result<(), DependencyError>;

    /// Removes the claims that were made at this time or earlier, and answers with how many they were.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn remove_claimed_until(&self, time: OffsetDateTime) -> Result<usize, DependencyError>;
}

/// What came of claiming a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The key is this attempt's.
    Fresh,
    /// The command has ended, and this is what was kept of it.
    Completed(Receipt),
    /// Another attempt at the command is under way.
    Running,
    /// The key was given to another command.
    OtherCommand,
}

/// Why a key was not claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The member who calls is gone.
    #[error("the member who calls does not exist")]
    CallerMissing,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a claim was not completed.
#[derive(Debug, thiserror::Error)]
pub enum CompleteClaimError {
    /// It is not this attempt's any more.
    #[error("the claim was taken over, completed or removed")]
    Lost,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}
