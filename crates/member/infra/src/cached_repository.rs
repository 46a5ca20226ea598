use async_trait::async_trait;
use library_member_domain::{
    CreateMemberError, DeleteMemberError, Email, Member, MemberField, MemberRepository, UpdateMemberError,
};
use library_shared_domain::{DependencyError, ListRequest, MemberId, Page};
use library_shared_infra::cache::{Cache, Invalidation, ReadThrough};
use std::sync::Arc;

/// Answers look-ups by id from a cache, and forgets there what it changes.
pub struct CachedMemberRepository {
    repository: Arc<dyn MemberRepository>,
    cached: ReadThrough<Member>,
}

impl CachedMemberRepository {
    /// Decorates this repository with this cache.
    pub fn new(repository: Arc<dyn MemberRepository>, cache: Arc<dyn Cache<Member>>, invalidation: Invalidation) -> Self {
        Self { repository, cached: ReadThrough::new(cache, invalidation) }
    }
}

#[async_trait]
impl MemberRepository for CachedMemberRepository {
    async fn create(&self, member: &Member) -> Result<(), CreateMemberError> {
        self.repository.create(member).await
    }

    async fn update(&self, member: &Member) -> Result<Member, UpdateMemberError> {
        let updated = self.repository.update(member).await;
        self.cached.forget(member.id().as_uuid()).await;
        updated
    }

    async fn find_by_id(&self, id: MemberId) -> Result<Option<Member>, DependencyError> {
        self.cached.find(id.as_uuid(), || self.repository.find_by_id(id)).await
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<Member>, DependencyError> {
        self.repository.find_by_email(email).await
    }

    async fn list(&self, request: &ListRequest<MemberField>) -> Result<Page<Member>, DependencyError> {
        self.repository.list(request).await
    }

    async fn delete(&self, id: MemberId) -> Result<(), DeleteMemberError> {
        let deleted = self.repository.delete(id).await;
        self.cached.forget(id.as_uuid()).await;
        deleted
    }

    async fn delete_unchanged(&self, member: &Member) -> Result<(), DeleteMemberError> {
        let deleted = self.repository.delete_unchanged(member).await;
        self.cached.forget(member.id().as_uuid()).await;
        deleted
    }
}
