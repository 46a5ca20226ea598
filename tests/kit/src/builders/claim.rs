use super::{now, unique_id};
use library_member_domain::Member;
use library_shared_domain::{
    ClaimId,
    idempotency::{Claim, CommandCaller, Fingerprint, IdempotencyKey, Receipt},
};
use time::OffsetDateTime;

/// A claim in the making, made [now](super::now()): of a key that nobody else has, for a command that anyone may give.
pub fn a_claim() -> ClaimBuilder {
    ClaimBuilder(Claim {
        id: ClaimId::from_uuid(unique_id()),
        caller: CommandCaller::Anyone { command: "POST /books".to_owned() },
        key: IdempotencyKey::parse(&unique_id().to_string()).expect("a key"),
        fingerprint: Fingerprint::from_bytes([0xA5; 32]),
        claimed_at: now(),
    })
}

/// Builds a [`Claim`]; see [`a_claim`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct ClaimBuilder(Claim);

impl ClaimBuilder {
    /// Has it made by this member.
    pub fn of(self, member: &Member) -> Self {
        Self(Claim { caller: CommandCaller::Member(member.id()), ..self.0 })
    }

    /// Has it made by anyone who gives this command.
    pub fn of_anyone_for(self, command: &str) -> Self {
        Self(Claim { caller: CommandCaller::Anyone { command: command.to_owned() }, ..self.0 })
    }

    /// Makes it for another command.
    pub fn for_another_command(self) -> Self {
        Self(Claim { fingerprint: Fingerprint::from_bytes([0x5A; 32]), ..self.0 })
    }

    /// Has it made at this time.
    pub fn made_at(self, claimed_at: OffsetDateTime) -> Self {
        Self(Claim { claimed_at, ..self.0 })
    }

    /// Makes it another attempt at the same command, by the same caller and with the same key.
    pub fn again(&self) -> Self {
        Self(Claim { id: ClaimId::from_uuid(unique_id()), ..self.0.clone() })
    }

    /// The claim.
    #[must_use]
    pub fn build(self) -> Claim {
        self.0
    }
}

/// A receipt about nobody, whose outcome is these bytes.
#[must_use]
pub fn a_receipt(outcome: &[u8]) -> Receipt {
    Receipt { outcome: outcome.to_vec(), member_id: None }
}
