use crate::Membership;
use library_member_domain::DeleteMemberError as RemoveError;
use library_shared_domain::{DependencyError, MemberId, UnitOfWork};
use std::sync::Arc;

/// Forgets a member, and everything personal with them.
pub struct DeleteMember {
    units: Arc<dyn UnitOfWork<Membership>>,
}

/// Why a member was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteMemberError {
    /// There is no such member.
    #[error("there is no such member")]
    NotFound,
    /// They have a book that they have not returned.
    #[error("the member has open loans")]
    HasOpenLoans,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl DeleteMember {
    /// The use case on this port.
    pub fn new(units: Arc<dyn UnitOfWork<Membership>>) -> Self {
        Self { units }
    }

    /// Deletes the member, their credentials, their sessions and what is queued for them. Their returned loans stay, by id alone.
    ///
    /// # Errors
    /// [`DeleteMemberError::NotFound`] where there is no such member, [`DeleteMemberError::HasOpenLoans`] while they have a book.
    pub async fn execute(&self, id: MemberId) -> Result<(), DeleteMemberError> {
        let unit = self.units.begin().await?;
        unit.members.delete(id).await?;
        unit.commit().await?;
        Ok(())
    }
}

impl From<RemoveError> for DeleteMemberError {
    fn from(error: RemoveError) -> Self {
        match error {
            RemoveError::Missing => Self::NotFound,
            RemoveError::HasOpenLoans => Self::HasOpenLoans,
            RemoveError::Dependency(error) => Self::Dependency(error),
        }
    }
}

#[cfg(test)]
mod tests;
