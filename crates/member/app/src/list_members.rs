use library_member_domain::{Member, MemberRepository};
use library_shared_domain::{DependencyError, MemberId, Page, PageRequest};
use std::sync::Arc;

/// Pages through the members.
pub struct ListMembers {
    members: Arc<dyn MemberRepository>,
}

impl ListMembers {
    /// The use case on this port.
    pub fn new(members: Arc<dyn MemberRepository>) -> Self {
        Self { members }
    }

    /// A page of the members, the newest first.
    ///
    /// # Errors
    /// Only those of the machinery.
    pub async fn execute(&self, request: PageRequest<MemberId>) -> Result<Page<Member, MemberId>, DependencyError> {
        self.members.list(request).await
    }
}
