use async_trait::async_trait;
use library_member_domain::{CreateMemberError, DeleteMemberError, Email, Member, MemberRepository, UpdateMemberError};
use library_shared_domain::{DependencyError, MemberId, Page, PageRequest};
use library_shared_infra::cache::{Cache, Invalidation, LookUp};
use std::sync::Arc;

/// Answers look-ups by id from a cache, and forgets there what it changes.
pub struct CachedMemberRepository {
    repository: Arc<dyn MemberRepository>,
    cache: Arc<dyn Cache<Member>>,
    invalidation: Invalidation,
}

impl CachedMemberRepository {
    /// Decorates this repository with this cache.
    pub fn new(repository: Arc<dyn MemberRepository>, cache: Arc<dyn Cache<Member>>, invalidation: Invalidation) -> Self {
        Self { repository, cache, invalidation }
    }

    async fn forget(&self, id: MemberId) {
        self.invalidation.forget(&self.cache, id.as_uuid()).await;
    }
}

#[async_trait]
impl MemberRepository for CachedMemberRepository {
    async fn create(&self, member: &Member) -> Result<(), CreateMemberError> {
        self.repository.create(member).await
    }

    async fn update(&self, member: &Member) -> Result<Member, UpdateMemberError> {
        let updated = self.repository.update(member).await;
        // An update that was not confirmed may have happened all the same.
        self.forget(member.id()).await;
        updated
    }

    async fn find_by_id(&self, id: MemberId) -> Result<Option<Member>, DependencyError> {
        if !self.invalidation.allows_cached_reads() {
            return self.repository.find_by_id(id).await;
        }
        match self.cache.look_up(id.as_uuid()).await {
            LookUp::Hit(member) => Ok(Some(member)),
            LookUp::Bypass => self.repository.find_by_id(id).await,
            LookUp::Miss(permit) => {
                let found = self.repository.find_by_id(id).await?;
                if let Some(member) = &found {
                    self.cache.fill(id.as_uuid(), permit, member).await;
                }
                Ok(found)
            }
        }
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<Member>, DependencyError> {
        self.repository.find_by_email(email).await
    }

    async fn list(&self, request: PageRequest<MemberId>) -> Result<Page<Member, MemberId>, DependencyError> {
        self.repository.list(request).await
    }

    async fn delete(&self, id: MemberId) -> Result<(), DeleteMemberError> {
        let deleted = self.repository.delete(id).await;
        self.forget(id).await;
        deleted
    }
}
