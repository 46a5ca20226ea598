use async_trait::async_trait;
use library_member_domain::{Member, MemberRepository, VerificationTokenIssuer};
use library_notification_domain::{Body, Composer, Message, Notification, NotificationKind, Recipient, Subject};
use library_shared_domain::{DependencyError, InvalidText, MemberId};
use std::sync::Arc;

/// Makes the notifications that go to members, from what is true of them when it is time to send.
pub struct ComposeNotification {
    members: Arc<dyn MemberRepository>,
    tokens: Arc<dyn VerificationTokenIssuer>,
    link: VerificationLink,
}

/// The address of the page where a member proves that the mail reached them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationLink(String);

impl VerificationLink {
    /// The page of the service that is reached under this address; a slash at its end does not count.
    #[must_use]
    pub fn under(base_url: &str) -> Self {
        Self(format!("{}/members/verify", base_url.trim_end_matches('/')))
    }

    fn with_token(&self, token: &str) -> String {
        format!("{}?token={token}", self.0)
    }
}

impl ComposeNotification {
    /// The use case on these ports; the members must not come from a cache.
    pub fn new(members: Arc<dyn MemberRepository>, tokens: Arc<dyn VerificationTokenIssuer>, link: VerificationLink) -> Self {
        Self { members, tokens, link }
    }

    fn verification(&self, member: &Member) -> Result<Message, DependencyError> {
        // The token is made only now, so that it is never stored.
        let token = self.tokens.issue(member.id())?;
        // Nothing that the member wrote stands in the mail: whoever registers a stranger's address must not write to them through us.
        let body = format!(
            "Hello,

welcome to the library. Please confirm that this address is yours:

{}

\
             If you did not register, you need do nothing.
",
            self.link.with_token(token.expose()),
        );
        let unwritable = |error: InvalidText| DependencyError::failed("composer", error);
        Ok(Message {
            recipient: Recipient { address: member.email().as_str().to_owned() },
            notification: Notification {
                subject: Subject::parse("Welcome to the library").map_err(unwritable)?,
                body: Body::parse(&body).map_err(unwritable)?,
            },
        })
    }
}

#[async_trait]
impl Composer for ComposeNotification {
    async fn compose(&self, kind: NotificationKind, member_id: MemberId) -> Result<Option<Message>, DependencyError> {
        let Some(member) = self.members.find_by_id(member_id).await? else { return Ok(None) };
        match kind {
            NotificationKind::Verification if member.is_verified() => Ok(None),
            NotificationKind::Verification => self.verification(&member).map(Some),
        }
    }
}

#[cfg(test)]
mod tests;
