use super::{
    Port, Rival, accounts::MemoryAccounts, books::MemoryBooks, claims::MemoryClaims, credentials::MemoryCredentials,
    loans::MemoryLoans, members::MemoryMembers, notifications::MemoryNotifications, refresh_tokens::MemoryRefreshTokens,
    store::Store, unit::MemoryUnitOfWork,
};
use library_auth_domain::{AccountDirectory, RefreshTokenRepository};
use library_book_domain::BookRepository;
use library_loan_domain::LoanRepository;
use library_member_domain::{CredentialRepository, MemberRepository};
use library_notification_domain::NotificationQueue;
use library_shared_domain::{UnitOfWork, idempotency::ClaimRepository};
use std::sync::Arc;

/// A whole library in memory. Its clones are handles on one and the same library.
///
/// A write outside a unit of work waits until no unit is open, as it does in SQLite; who makes one while holding a unit open
/// waits in vain and is told after five seconds that the store is unavailable.
#[derive(Clone, Default)]
pub struct InMemoryLibrary {
    store: Store,
}

impl InMemoryLibrary {
    /// An empty library.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The library as a unit of work sees it.
    pub(super) fn over(store: Store) -> Self {
        Self { store }
    }

    /// The catalogue.
    #[must_use]
    pub fn books(&self) -> Arc<dyn BookRepository> {
        Arc::new(MemoryBooks(self.store.clone()))
    }

    /// The members.
    #[must_use]
    pub fn members(&self) -> Arc<dyn MemberRepository> {
        Arc::new(MemoryMembers(self.store.clone()))
    }

    /// The members' credentials.
    #[must_use]
    pub fn credentials(&self) -> Arc<dyn CredentialRepository> {
        Arc::new(MemoryCredentials(self.store.clone()))
    }

    /// The loans.
    #[must_use]
    pub fn loans(&self) -> Arc<dyn LoanRepository> {
        Arc::new(MemoryLoans(self.store.clone()))
    }

    /// The sessions and their refresh tokens.
    #[must_use]
    pub fn refresh_tokens(&self) -> Arc<dyn RefreshTokenRepository> {
        Arc::new(MemoryRefreshTokens(self.store.clone()))
    }

    /// The members as accounts.
    #[must_use]
    pub fn accounts(&self) -> Arc<dyn AccountDirectory> {
        Arc::new(MemoryAccounts(self.store.clone()))
    }

    /// The notifications that are to be sent.
    #[must_use]
    pub fn notifications(&self) -> Arc<dyn NotificationQueue> {
        Arc::new(MemoryNotifications(self.store.clone()))
    }

    /// The claims of idempotency keys.
    #[must_use]
    pub fn claims(&self) -> Arc<dyn ClaimRepository> {
        Arc::new(MemoryClaims(self.store.clone()))
    }

    /// Units of work over the repositories that `bind` takes from the library it is given: its changes are seen outside only
    /// after the commit.
    pub fn unit_of_work<R: Send + 'static>(&self, bind: impl Fn(&Self) -> R + Send + Sync + 'static) -> Arc<dyn UnitOfWork<R>> {
        Arc::new(MemoryUnitOfWork::new(self.store.clone(), Box::new(bind)))
    }

    /// Makes the next call of this port fail as unavailable, once, inside a unit of work or outside.
    pub fn fail_next(&self, port: Port) {
        self.fail_after(port, 0);
    }

    /// Lets this many calls of this port pass and makes the one after them fail as unavailable, once.
    pub fn fail_after(&self, port: Port, calls: usize) {
        self.store.outage().plan(port, calls);
    }

    /// Lets a rival get ahead of the next update or conditional deletion of this port, of books, members or loans: what the rival
    /// does stands, and the write finds it. Asked for several times, as many writes are outrun, one after the other.
    pub fn outrun_next_update(&self, port: Port, rival: Rival) {
        self.store.rivals().plan(port, rival);
    }

    /// Makes every call of every port fail as unavailable, until the library [comes back](Self::come_back).
    pub fn go_offline(&self) {
        self.store.outage().set_offline(true);
    }

    /// Ends what [`go_offline`](Self::go_offline) began.
    pub fn come_back(&self) {
        self.store.outage().set_offline(false);
    }
}
