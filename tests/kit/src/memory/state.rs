use library_auth_domain::RefreshToken;
use library_book_domain::Book;
use library_loan_domain::Loan;
use library_member_domain::{Credentials, Member};
use library_notification_domain::NotificationKind;
use library_shared_domain::{
    BookId, ClaimId, DependencyError, LoanId, MemberId, NotificationId, RefreshTokenId, SessionId, idempotency::Claim,
};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Everything that the library knows.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) books: BTreeMap<BookId, Book>,
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) credentials: BTreeMap<MemberId, Credentials>,
    pub(super) loans: BTreeMap<LoanId, Loan>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) refresh_tokens: BTreeMap<RefreshTokenId, RefreshToken>,
    pub(super) notifications: BTreeMap<NotificationId, NotificationRow>,
    pub(super) claims: BTreeMap<ClaimId, ClaimRow>,
}

/// What refresh tokens of one log-in have in common.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) member_id: MemberId,
    pub(super) created_at: OffsetDateTime,
    pub(super) last_used_at: OffsetDateTime,
    pub(super) revoked_at: Option<OffsetDateTime>,
}

/// A notification in the queue.
#[derive(Clone)]
pub(super) struct NotificationRow {
    pub(super) kind: NotificationKind,
    pub(super) member_id: MemberId,
    pub(super) queued_at: OffsetDateTime,
    pub(super) available_at: OffsetDateTime,
    pub(super) attempts: u32,
    pub(super) claim: Option<Uuid>,
    pub(super) last_error: Option<String>,
    pub(super) failed_at: Option<OffsetDateTime>,
}

/// A claim of an idempotency key.
#[derive(Clone)]
pub(super) struct ClaimRow {
    pub(super) claim: Claim,
    pub(super) member_id: Option<MemberId>,
    pub(super) outcome: Option<Vec<u8>>,
}

impl State {
    pub(super) fn open_loan_of_book(&self, book_id: BookId) -> Option<&Loan> {
        self.loans.values().find(|loan| loan.is_open() && loan.book_id() == book_id)
    }

    pub(super) fn open_loan_of_member(&self, member_id: MemberId) -> Option<&Loan> {
        self.loans.values().find(|loan| loan.is_open() && loan.member_id() == member_id)
    }
}

/// Keeps a row under an id that no row has.
pub(super) fn keep<Id: Ord, T>(rows: &mut BTreeMap<Id, T>, id: Id, row: T) -> Result<(), DependencyError> {
    if rows.contains_key(&id) {
        return Err(DependencyError::failed("database", "the id is taken"));
    }
    rows.insert(id, row);
    Ok(())
}
