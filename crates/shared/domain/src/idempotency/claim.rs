use super::IdempotencyKey;
use crate::{ClaimId, MemberId};
use std::fmt;
use time::{Duration, OffsetDateTime};

/// For how long an attempt has the key to itself. One that has not ended by then has most likely died with its server; if it lives
/// after all, it finds its claim gone when it is to complete it.
pub const CLAIM_LEASE: Duration = Duration::MINUTE;

/// For how long what came of a command is told again. After that, its key is free.
pub const KEY_LIFETIME: Duration = Duration::DAY;

/// Who gave a command its key: keys of different callers have nothing to do with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandCaller {
    /// A member who is logged in.
    Member(MemberId),
    /// Whoever: nobody is logged in. So that keys at least do not meet from one command to another, they are told apart by this
    /// name of the command, such as `POST /books`.
    Anyone {
        /// Which command.
        command: String,
    },
}

impl CommandCaller {
    /// The member, where one is logged in.
    #[must_use]
    pub const fn member_id(&self) -> Option<MemberId> {
        match self {
            Self::Member(member_id) => Some(*member_id),
            Self::Anyone { .. } => None,
        }
    }
}

impl fmt::Display for CommandCaller {
    /// A text that differs wherever the callers do; a repository may tell them apart by it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(member_id) => write!(formatter, "member {member_id}"),
            Self::Anyone { command } => write!(formatter, "anyone, {command}"),
        }
    }
}

/// What tells a command from others of the same key: equal for equal commands alone.
///
/// Whoever makes one digests the key with the command. A command may hold a password, and the store must not keep anything that
/// guesses at it can be checked against; without the key, which is not kept either, a digest of both is no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// One attempt's claim of a key for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Names the attempt: another attempt at the same command is another claim.
    pub id: ClaimId,
    /// Who gave the key.
    pub caller: CommandCaller,
    /// The key. No repository keeps it as it is.
    pub key: IdempotencyKey,
    /// Which command it is.
    pub fingerprint: Fingerprint,
    /// When the attempt began.
    pub claimed_at: OffsetDateTime,
}

impl Claim {
    /// From when on another attempt may take the key over, unless this one has ended.
    #[must_use]
    pub fn leased_until(&self) -> OffsetDateTime {
        self.claimed_at + CLAIM_LEASE
    }

    /// The latest time of a claim whose key is free again when this one is made.
    #[must_use]
    pub fn expires_those_until(&self) -> OffsetDateTime {
        self.claimed_at - KEY_LIFETIME
    }
}

/// What is kept of a command that has ended, to be told again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What came of it, in an encoding that whoever gave it can read.
    pub outcome: Vec<u8>,
    /// The member whom it is about, if any: it goes when they do.
    pub member_id: Option<MemberId>,
}
