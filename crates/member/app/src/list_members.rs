use library_member_domain::{Member, MemberField, MemberRepository};
use library_shared_domain::{DependencyError, ListRequest, Page};
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

    /// A page of the members.
    ///
    /// # Errors
    /// Only those of the machinery.
    #[tracing::instrument(name = "list_members", skip_all)]
    pub async fn execute(&self, request: &ListRequest<MemberField>) -> Result<Page<Member>, DependencyError> {
        self.members.list(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::ListMembers;
    use library_shared_domain::{DependencyError, ListRequest, PageLimit, Sort};
    use library_testkit::{InMemoryLibrary, Port, Repositories, a_member};

    #[tokio::test]
    async fn the_members_are_paged_from_the_newest_to_the_oldest() {
        let library = InMemoryLibrary::new();
        let seen = Repositories::from(&library);
        let (oldest, middle, newest) =
            (seen.given_member(a_member()).await, seen.given_member(a_member()).await, seen.given_member(a_member()).await);
        let list_members = ListMembers::new(library.members());
        let limit = PageLimit::try_from(2).expect("a limit");

        let request = |cursor| ListRequest::new(limit, Vec::new(), Sort::default(), cursor).expect("the list's own cursor");
        let first = list_members.execute(&request(None)).await.expect("a page");
        assert_eq!((&first.items, &first.previous), (&vec![newest, middle], &None));
        let last = list_members.execute(&request(first.next)).await.expect("a page");
        assert_eq!((last.items, last.next), (vec![oldest], None));
    }

    #[tokio::test]
    async fn a_library_without_members_has_one_empty_page() {
        let page = ListMembers::new(InMemoryLibrary::new().members()).execute(&ListRequest::default()).await.expect("a page");
        assert_eq!((page.items, page.next, page.previous), (Vec::new(), None, None));
    }

    #[tokio::test]
    async fn a_failing_store_is_told_of() {
        let library = InMemoryLibrary::new();
        library.fail_next(Port::Members);
        let error = ListMembers::new(library.members()).execute(&ListRequest::default()).await.expect_err("unavailable");
        assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    }
}
