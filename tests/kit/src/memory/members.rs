use super::{
    Port, Rival,
    state::{keep, page},
    store::Store,
};
use async_trait::async_trait;
use library_member_domain::{CreateMemberError, DeleteMemberError, Email, Member, MemberRepository, UpdateMemberError};
use library_shared_domain::{DependencyError, MemberId, Page, PageRequest};

pub(super) struct MemoryMembers(pub(super) Store);

#[async_trait]
impl MemberRepository for MemoryMembers {
    async fn create(&self, member: &Member) -> Result<(), CreateMemberError> {
        self.0
            .write(Port::Members, |state| {
                if state.members.values().any(|other| other.email() == member.email()) {
                    return Err(CreateMemberError::DuplicateEmail);
                }
                Ok(keep(&mut state.members, member.id(), member.clone())?)
            })
            .await
    }

    async fn update(&self, member: &Member) -> Result<Member, UpdateMemberError> {
        self.0
            .write(Port::Members, |state| {
                match self.0.rivals().take(Port::Members) {
                    Some(Rival::Changed) => return Err(UpdateMemberError::Moved),
                    Some(Rival::Deleted) => return Err(UpdateMemberError::Missing),
                    None => {}
                }
                let stored = state.members.get_mut(&member.id()).ok_or(UpdateMemberError::Missing)?;
                if stored.revision().version != member.revision().version {
                    return Err(UpdateMemberError::Moved);
                }
                *stored = member.clone().saved();
                Ok(stored.clone())
            })
            .await
    }

    async fn find_by_id(&self, id: MemberId) -> Result<Option<Member>, DependencyError> {
        self.0.read(Port::Members, |state| state.members.get(&id).cloned())
    }

    async fn find_by_email(&self, email: &Email) -> Result<Option<Member>, DependencyError> {
        self.0.read(Port::Members, |state| state.members.values().find(|member| member.email() == email).cloned())
    }

    async fn list(&self, request: PageRequest<MemberId>) -> Result<Page<Member, MemberId>, DependencyError> {
        self.0.read(Port::Members, |state| page(&state.members, request, |_| true, Member::id))
    }

    async fn delete(&self, id: MemberId) -> Result<(), DeleteMemberError> {
        self.0
            .write(Port::Members, |state| {
                if state.open_loan_of_member(id).is_some() {
                    return Err(DeleteMemberError::HasOpenLoans);
                }
                state.members.remove(&id).ok_or(DeleteMemberError::Missing)?;
                state.credentials.remove(&id);
                state.sessions.retain(|_, session| session.member_id != id);
                state.refresh_tokens.retain(|_, token| token.member_id != id);
                state.notifications.retain(|_, queued| queued.member_id != id);
                Ok(())
            })
            .await
    }
}
