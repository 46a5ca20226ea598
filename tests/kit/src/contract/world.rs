use crate::{
    builders::{BookBuilder, LoanBuilder, MemberBuilder, RefreshTokenBuilder, unique_id},
    memory::InMemoryLibrary,
};
use library_auth_domain::{AccountDirectory, RefreshToken, RefreshTokenRepository};
use library_book_domain::{Book, BookRepository};
use library_loan_domain::{Loan, LoanRepository};
use library_member_domain::{CredentialRepository, Member, MemberRepository};
use library_notification_domain::{NotificationKind, NotificationQueue};
use library_shared_domain::{MemberId, NotificationId, UnitOfWork, idempotency::ClaimRepository};
use std::{any::Any, sync::Arc};
use time::OffsetDateTime;

/// An empty library over the adapters that are to be held to the contract.
pub struct World {
    /// The adapters outside any unit of work, decorated as they are in the server.
    pub repositories: Repositories,
    /// The adapters' units of work.
    pub units: Arc<dyn UnitOfWork<Repositories>>,
    /// What must live as long as the world does, such as a throwaway database. It is dropped last.
    pub keep_alive: Box<dyn Any + Send + Sync>,
}

/// An adapter for every storage port, all over one store.
#[derive(Clone)]
pub struct Repositories {
    /// The catalogue.
    pub books: Arc<dyn BookRepository>,
    /// The members.
    pub members: Arc<dyn MemberRepository>,
    /// The members' credentials.
    pub credentials: Arc<dyn CredentialRepository>,
    /// The loans.
    pub loans: Arc<dyn LoanRepository>,
    /// The sessions and their refresh tokens.
    pub refresh_tokens: Arc<dyn RefreshTokenRepository>,
    /// The members as accounts.
    pub accounts: Arc<dyn AccountDirectory>,
    /// The notifications that are to be sent.
    pub notifications: Arc<dyn NotificationQueue>,
    /// The claims of idempotency keys.
    pub claims: Arc<dyn ClaimRepository>,
}

impl From<&InMemoryLibrary> for Repositories {
    fn from(library: &InMemoryLibrary) -> Self {
        Self {
            books: library.books(),
            members: library.members(),
            credentials: library.credentials(),
            loans: library.loans(),
            refresh_tokens: library.refresh_tokens(),
            accounts: library.accounts(),
            notifications: library.notifications(),
            claims: library.claims(),
        }
    }
}

impl From<InMemoryLibrary> for World {
    fn from(library: InMemoryLibrary) -> Self {
        Self {
            repositories: Repositories::from(&library),
            units: library.unit_of_work(|library| Repositories::from(library)),
            keep_alive: Box::new(library),
        }
    }
}

impl Repositories {
    /// Keeps this book and answers with it.
    pub async fn given_book(&self, book: BookBuilder) -> Book {
        let book = book.build();
        self.books.create(&book).await.expect("the book is new");
        book
    }

    /// Keeps this member and answers with them.
    pub async fn given_member(&self, member: MemberBuilder) -> Member {
        let member = member.build();
        self.members.create(&member).await.expect("the member is new");
        member
    }

    /// Keeps this loan and answers with it.
    pub async fn given_loan(&self, loan: LoanBuilder) -> Loan {
        let loan = loan.build();
        self.loans.create(&loan).await.expect("the book is available and the member exists");
        loan
    }

    /// Starts a session with this token at this time and answers with the token.
    pub async fn given_session(&self, first: RefreshTokenBuilder, now: OffsetDateTime) -> RefreshToken {
        let first = first.build();
        self.refresh_tokens.start_session(&first, now).await.expect("the member exists and the session is new");
        first
    }

    /// Queues a notification to this member at this time and answers with its id.
    pub async fn given_notification(&self, member_id: MemberId, now: OffsetDateTime) -> NotificationId {
        let id = NotificationId::from_uuid(unique_id());
        self.notifications.enqueue(id, NotificationKind::Verification, member_id, now).await.expect("the queue takes it");
        id
    }
}
