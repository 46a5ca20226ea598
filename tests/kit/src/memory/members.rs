use super::{
    Port, Rival,
    state::{State, keep},
    store::Store,
};
use async_trait::async_trait;
use library_member_domain::{
    CreateMemberError, DeleteMemberError, Email, Member, MemberField, MemberRepository, UpdateMemberError,
};
use library_shared_domain::{DependencyError, ListRequest, MemberId, Page};
use time::OffsetDateTime;

pub(super) struct MemoryMembers(pub(super) Store);

impl MemoryMembers {
    fn let_rival_ahead(&self, id: MemberId) {
        self.0.let_rival_ahead(Port::Members, |state, rival| match (rival, state.members.get_mut(&id)) {
            (Rival::Changed, Some(stored)) => *stored = stored.clone().saved(),
            (Rival::Deleted, Some(_)) => forget(state, id),
            (Rival::Changed | Rival::Deleted, None) => {}
        });
    }
}

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
        self.let_rival_ahead(member.id());
        self.0
            .write(Port::Members, |state| {
                let is_taken = state.members.values().any(|other| other.id() != member.id() && other.email() == member.email());
                let stored = state.members.get_mut(&member.id()).ok_or(UpdateMemberError::Missing)?;
                if stored.revision().version != member.revision().version {
                    return Err(UpdateMemberError::Moved);
                }
                if is_taken {
                    return Err(UpdateMemberError::DuplicateEmail);
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

    async fn list(&self, request: &ListRequest<MemberField>) -> Result<Page<Member>, DependencyError> {
        self.0.read(Port::Members, |state| request.select(state.members.values(), OffsetDateTime::UNIX_EPOCH))
    }

    async fn delete(&self, id: MemberId) -> Result<(), DeleteMemberError> {
        self.0
            .write(Port::Members, |state| {
                if state.open_loan_of_member(id).is_some() {
                    return Err(DeleteMemberError::HasOpenLoans);
                }
                state.members.get(&id).ok_or(DeleteMemberError::Missing)?;
                forget(state, id);
                Ok(())
            })
            .await
    }

    async fn delete_unchanged(&self, member: &Member) -> Result<(), DeleteMemberError> {
        self.let_rival_ahead(member.id());
        self.0
            .write(Port::Members, |state| {
                let stored = state.members.get(&member.id()).ok_or(DeleteMemberError::Missing)?;
                if stored.revision().version != member.revision().version {
                    return Err(DeleteMemberError::Moved);
                }
                if state.open_loan_of_member(member.id()).is_some() {
                    return Err(DeleteMemberError::HasOpenLoans);
                }
                forget(state, member.id());
                Ok(())
            })
            .await
    }
}

/// Takes a member out of the state, with everything of theirs that goes with them.
fn forget(state: &mut State, id: MemberId) {
    state.members.remove(&id);
    state.credentials.remove(&id);
    state.sessions.retain(|_, session| session.member_id != id);
    state.refresh_tokens.retain(|_, token| token.member_id != id);
    state.notifications.retain(|_, queued| queued.member_id != id);
    state.claims.retain(|_, claim| claim.member_id != Some(id));
}
