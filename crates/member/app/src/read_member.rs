use library_member_domain::{Member, MemberRepository};
use library_shared_domain::{DependencyError, MemberId};
use std::sync::Arc;

/// Looks a member up.
pub struct ReadMember {
    members: Arc<dyn MemberRepository>,
}

/// Why a member was not found.
#[derive(Debug, thiserror::Error)]
pub enum ReadMemberError {
    /// There is no such member.
    #[error("there is no such member")]
    NotFound,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl ReadMember {
    /// The use case on this port.
    pub fn new(members: Arc<dyn MemberRepository>) -> Self {
        Self { members }
    }

    /// The member of this id.
    ///
    /// # Errors
    /// [`ReadMemberError::NotFound`] where there is none.
    pub async fn execute(&self, id: MemberId) -> Result<Member, ReadMemberError> {
        self.members.find_by_id(id).await?.ok_or(ReadMemberError::NotFound)
    }
}
