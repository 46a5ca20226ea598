use crate::{Message, NotificationKind};
use async_trait::async_trait;
use library_shared_domain::{DependencyError, MemberId};

/// The port that makes a message when it is time to send it, from what is true at that time.
#[async_trait]
pub trait Composer: Send + Sync {
    /// The message of this kind to this member; `None` where there is nothing to say any more, for instance because the member
    /// is gone.
    ///
    /// # Errors
    /// Only those of the machinery.
    async fn compose(&self, kind: NotificationKind, member_id: MemberId) -> Result<Option<Message>, DependencyError>;
}
