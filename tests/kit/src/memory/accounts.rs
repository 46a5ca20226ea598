use super::{Port, store::Store};
use async_trait::async_trait;
use library_auth_domain::{Account, AccountDirectory};
use library_shared_domain::{DependencyError, MemberId};

pub(super) struct MemoryAccounts(pub(super) Store);

#[async_trait]
impl AccountDirectory for MemoryAccounts {
    async fn find(&self, member_id: MemberId) -> Result<Option<Account>, DependencyError> {
        self.0.read(Port::Accounts, |state| {
            state.members.get(&member_id).map(|member| Account { is_verified: member.is_verified() })
        })
    }
}
