use crate::{Credentials, Email, Member, MemberField, PasswordHash};
use async_trait::async_trait;
use library_shared_domain::{DependencyError, ListRequest, MemberId, Page};

/// The port that keeps the members.
#[async_trait]
pub trait MemberRepository: Send + Sync {
    /// Keeps a new member.
    ///
    /// # Errors
    /// [`CreateMemberError::DuplicateEmail`] where another member has an equal address.
    async fn create(&self, member: &Member) -> Result<(), CreateMemberError>;

    /// Saves a changed member over the state that they were loaded in, and answers with the member as they now stand.
    ///
    /// # Errors
    /// [`UpdateMemberError::Moved`] where another caller has saved in between; [`UpdateMemberError::Missing`] where the member
    /// is gone; [`UpdateMemberError::DuplicateEmail`] where another member has an equal address.
    async fn update(&self, member: &Member) -> Result<Member, UpdateMemberError>;

    /// The member of this id.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_id(&self, id: MemberId) -> Result<Option<Member>, DependencyError>;

    /// The member whose address equals this one.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_email(&self, email: &Email) -> Result<Option<Member>, DependencyError>;

    /// A page of the members, as [`ListRequest::select`] defines it.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn list(&self, request: &ListRequest<MemberField>) -> Result<Page<Member>, DependencyError>;

    /// Forgets a member, and with them their credentials, their sessions and what is queued to be sent to them. Returned loans
    /// stay; they know the member by id alone.
    ///
    /// # Errors
    /// [`DeleteMemberError::Missing`] where there is none; [`DeleteMemberError::HasOpenLoans`] while they have a book.
    async fn delete(&self, id: MemberId) -> Result<(), DeleteMemberError>;

    /// Forgets a member, as [`delete`](Self::delete) does, in the state that they were loaded in.
    ///
    /// # Errors
    /// Those of [`delete`](Self::delete); [`DeleteMemberError::Moved`] where another caller has saved in between.
    async fn delete_unchanged(&self, member: &Member) -> Result<(), DeleteMemberError>;
}

/// The port that keeps the members' credentials. Nothing of it is ever cached.
#[async_trait]
pub trait CredentialRepository: Send + Sync {
    /// Keeps a new member's credentials.
    ///
    /// # Errors
    /// Only those of the machinery: the member must exist and have none.
    async fn create(&self, credentials: &Credentials) -> Result<(), DependencyError>;

    /// The credentials of this member.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn find_by_member(&self, id: MemberId) -> Result<Option<Credentials>, DependencyError>;

    /// Whether these are the member's credentials still. Whoever has written something and is then told that they are may rely on it that
    /// every unit of work that replaces them sees what was written, once it has replaced them.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn is_current(&self, credentials: &Credentials) -> Result<bool, DependencyError>;

    /// Puts the hash of another password in the place of this one, in one atomic step: of many callers who replace one hash at once,
    /// exactly one succeeds.
    ///
    /// # Errors
    /// [`ReplaceCredentialsError::Moved`] where the member has other credentials by now, or none.
    async fn replace(&self, current: &Credentials, new: &PasswordHash) -> Result<(), ReplaceCredentialsError>;
}

/// Why a member was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateMemberError {
    /// Another member has an equal address.
    #[error("another member has this email address")]
    DuplicateEmail,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a member was not updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateMemberError {
    /// There is no such member.
    #[error("there is no such member")]
    Missing,
    /// The member has changed since they were loaded.
    #[error("the member has changed since they were loaded")]
    Moved,
    /// Another member has an equal address.
    #[error("another member has this email address")]
    DuplicateEmail,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why credentials were not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceCredentialsError {
    /// The credentials have changed since they were loaded, or are gone.
    #[error("the credentials have changed since they were loaded")]
    Moved,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

/// Why a member was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteMemberError {
    /// There is no such member.
    #[error("there is no such member")]
    Missing,
    /// They have a book that they have not returned.
    #[error("the member has open loans")]
    HasOpenLoans,
    /// The member has changed since they were loaded.
    #[error("the member has changed since they were loaded")]
    Moved,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}
