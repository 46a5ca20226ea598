use super::failures::Failures;
use crate::{builders::a_message, locked::locked};
use async_trait::async_trait;
use library_notification_domain::{Composer, Message, NotificationKind};
use library_shared_domain::{DependencyError, MemberId};
use std::{collections::HashSet, sync::Mutex};

/// A composer that has the same to say to everybody, [`a_message`] to an address made of the member's id, unless a test has told
/// it otherwise.
#[derive(Debug, Default)]
pub struct FakeComposer {
    silenced: Mutex<HashSet<MemberId>>,
    failures: Failures,
}

impl FakeComposer {
    /// A composer that has something to say to everybody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The address that it sends this member's messages to.
    #[must_use]
    pub fn address_of(member_id: MemberId) -> String {
        format!("{member_id}@example.com")
    }

    /// Leaves it with nothing to say to this member.
    pub fn say_nothing_to(&self, member_id: MemberId) {
        locked(&self.silenced).insert(member_id);
    }

    /// Makes one more call fail as unavailable.
    pub fn fail_next(&self) {
        self.failures.plan();
    }
}

#[async_trait]
impl Composer for FakeComposer {
    async fn compose(&self, _kind: NotificationKind, member_id: MemberId) -> Result<Option<Message>, DependencyError> {
        self.failures.check("composer")?;
        if locked(&self.silenced).contains(&member_id) {
            return Ok(None);
        }
        let mut message = a_message();
        message.recipient.address = Self::address_of(member_id);
        Ok(Some(message))
    }
}
