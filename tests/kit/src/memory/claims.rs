use super::{
    Port,
    state::{ClaimRow, State, keep},
    store::Store,
};
use async_trait::async_trait;
use library_shared_domain::{
    ClaimId, DependencyError,
    idempotency::{Claim, ClaimError, ClaimRepository, Claimed, CompleteClaimError, Receipt},
};
use time::OffsetDateTime;

pub(super) struct MemoryClaims(pub(super) Store);

#[async_trait]
impl ClaimRepository for MemoryClaims {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        self.0.write(Port::Claims, |state| take(state, claim)).await
    }

    async fn complete(&self, id: ClaimId, receipt: &Receipt) -> Result<(), CompleteClaimError> {
        self.0
            .write(Port::Claims, |state| {
                if receipt.member_id.is_some_and(|member_id| !state.members.contains_key(&member_id)) {
                    return Err(DependencyError::failed("database", "the receipt's member does not exist").into());
                }
                let row = state.claims.get_mut(&id).filter(|row| row.outcome.is_none()).ok_or(CompleteClaimError::Lost)?;
                row.outcome = Some(receipt.outcome.clone());
                row.member_id = receipt.member_id.or(row.member_id);
                Ok(())
            })
            .await
    }

    async fn release(&self, id: ClaimId) -> Result<(), DependencyError> {
        self.0
            .write(Port::Claims, |state| {
                state.claims.retain(|other, row| *other != id || row.outcome.is_some());
                Ok(())
            })
            .await
    }

    async fn remove_claimed_until(&self, time: OffsetDateTime) -> Result<usize, DependencyError> {
        self.0
            .write(Port::Claims, |state| {
                let count = state.claims.len();
                state.claims.retain(|_, row| row.claim.claimed_at > time);
                Ok(count - state.claims.len())
            })
            .await
    }
}

fn take(state: &mut State, claim: &Claim) -> Result<Claimed, ClaimError> {
    let rival = state.claims.values().find(|row| row.claim.caller == claim.caller && row.claim.key == claim.key);
    if let Some(rival) = rival {
        if rival.claim.claimed_at > claim.expires_those_until() {
            let is_same = rival.claim.fingerprint == claim.fingerprint;
            match &rival.outcome {
                _ if !is_same => return Ok(Claimed::OtherCommand),
                Some(outcome) => {
                    return Ok(Claimed::Completed(Receipt { outcome: outcome.clone(), member_id: rival.member_id }));
                }
                None if rival.claim.leased_until() > claim.claimed_at => return Ok(Claimed::Running),
                None => {}
            }
        }
        let id = rival.claim.id;
        state.claims.remove(&id);
    }
    let member_id = claim.caller.member_id();
    if member_id.is_some_and(|member_id| !state.members.contains_key(&member_id)) {
        return Err(ClaimError::CallerMissing);
    }
    keep(&mut state.claims, claim.id, ClaimRow { claim: claim.clone(), member_id, outcome: None })?;
    Ok(Claimed::Fresh)
}
