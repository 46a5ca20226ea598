use crate::Membership;
use library_member_domain::DeleteMemberError as RemoveError;
use library_shared_domain::{DependencyError, ExpectedVersion, MemberId, UPDATE_ATTEMPTS, UnitOfWork, contended};
use std::sync::Arc;

/// Forgets a member, and everything personal with them.
pub struct DeleteMember {
    units: Arc<dyn UnitOfWork<Membership>>,
}

/// The deletion.
#[derive(Debug, Clone)]
pub struct DeleteMemberCommand {
    /// Which member.
    pub id: MemberId,
    /// In which versions they may be deleted.
    pub expected: ExpectedVersion,
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
    /// The member is in none of the versions that were expected.
    #[error("the member is in another version than was expected")]
    VersionMismatch,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl DeleteMember {
    /// The use case on this port.
    pub fn new(units: Arc<dyn UnitOfWork<Membership>>) -> Self {
        Self { units }
    }

    /// Deletes the member, their credentials, their sessions, what is queued for them and what is kept of their commands. Their
    /// returned loans stay, by id alone.
    ///
    /// # Errors
    /// [`DeleteMemberError::NotFound`] where there is no such member, [`DeleteMemberError::HasOpenLoans`] while they have a book,
    /// [`DeleteMemberError::VersionMismatch`] where they are in a version that was not expected.
    #[tracing::instrument(name = "delete_member", skip_all)]
    pub async fn execute(&self, command: DeleteMemberCommand) -> Result<(), DeleteMemberError> {
        for _ in 0..UPDATE_ATTEMPTS {
            let unit = self.units.begin().await?;
            let deleted = match &command.expected {
                ExpectedVersion::Any => unit.members.delete(command.id).await,
                expected @ ExpectedVersion::OneOf(_) => {
                    let member = unit.members.find_by_id(command.id).await?.ok_or(DeleteMemberError::NotFound)?;
                    if !expected.accepts(member.revision().version) {
                        return Err(DeleteMemberError::VersionMismatch);
                    }
                    unit.members.delete_unchanged(&member).await
                }
            };
            match deleted {
                Ok(()) => return Ok(unit.commit().await?),
                Err(RemoveError::Moved) => {}
                Err(RemoveError::Missing) => return Err(DeleteMemberError::NotFound),
                Err(RemoveError::HasOpenLoans) => return Err(DeleteMemberError::HasOpenLoans),
                Err(RemoveError::Dependency(error)) => return Err(error.into()),
            }
        }
        Err(contended().into())
    }
}

#[cfg(test)]
mod tests;
