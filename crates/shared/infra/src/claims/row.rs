use super::schema::idempotency_claims;
use crate::database::{SqlTimestamp, SqlUuid};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use library_shared_domain::idempotency::{Claim, Claimed, Fingerprint, IdempotencyKey, Receipt};
use sha2::{Digest, Sha256};

/// A claim that is being made. It takes the place of one that has expired or was given up, outcome and all.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = idempotency_claims, primary_key(caller, key_hash), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct NewClaimRow {
    id: SqlUuid,
    pub caller: String,
    pub key_hash: Vec<u8>,
    fingerprint: Vec<u8>,
    member_id: Option<SqlUuid>,
    claimed_at: SqlTimestamp,
    leased_until: SqlTimestamp,
    outcome: Option<Vec<u8>>,
}

impl From<&Claim> for NewClaimRow {
    fn from(claim: &Claim) -> Self {
        Self {
            id: SqlUuid::new(claim.id),
            caller: claim.caller.to_string(),
            key_hash: hash(&claim.key),
            fingerprint: claim.fingerprint.as_bytes().to_vec(),
            member_id: claim.caller.member_id().map(SqlUuid::new),
            claimed_at: SqlTimestamp(claim.claimed_at),
            leased_until: SqlTimestamp(claim.leased_until()),
            outcome: None,
        }
    }
}

/// All that is kept of a key, so that a copy of the database does not help to guess what the fingerprints were made of.
fn hash(key: &IdempotencyKey) -> Vec<u8> {
    Sha256::digest(key.as_str()).to_vec()
}

/// What stands in the way of a claim.
#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_claims)]
pub struct RivalRow {
    fingerprint: Vec<u8>,
    member_id: Option<SqlUuid>,
    outcome: Option<Vec<u8>>,
}

impl RivalRow {
    pub fn against(self, fingerprint: &Fingerprint) -> Claimed {
        if self.fingerprint != fingerprint.as_bytes() {
            return Claimed::OtherCommand;
        }
        let member_id = self.member_id.map(SqlUuid::id);
        self.outcome.map_or(Claimed::Running, |outcome| Claimed::Completed(Receipt { outcome, member_id }))
    }
}
