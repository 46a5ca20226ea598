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
    #[tracing::instrument(name = "read_member", skip_all)]
    pub async fn execute(&self, id: MemberId) -> Result<Member, ReadMemberError> {
        self.members.find_by_id(id).await?.ok_or(ReadMemberError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadMember, ReadMemberError};
    use library_shared_domain::DependencyError;
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_member};

    #[tokio::test]
    async fn a_member_is_read_by_their_id() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (member, _other) = (seen.given_member(a_member()).await, seen.given_member(a_member()).await);
        let read = ReadMember::new(library.members()).execute(member.id()).await.expect("found");
        assert_eq!(read, member);
    }

    #[tokio::test]
    async fn a_missing_member_is_not_found() {
        let read_member = ReadMember::new(InMemoryLibrary::new().members());
        let error = read_member.execute(a_member().build().id()).await.expect_err("not found");
        assert!(matches!(error, ReadMemberError::NotFound), "{error:?}");
    }

    #[tokio::test]
    async fn a_failing_store_is_not_taken_for_a_missing_member() {
        let library = InMemoryLibrary::new();
        let member = Repositories::from(&library).given_member(a_member()).await;
        library.fail_next(Port::Members);
        let error = ReadMember::new(library.members()).execute(member.id()).await.expect_err("unavailable");
        assert!(matches!(error, ReadMemberError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
    }
}
