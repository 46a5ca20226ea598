use crate::AccountLinks;
use async_trait::async_trait;
use library_member_domain::{
    CredentialRepository, Email, Member, MemberRepository, PasswordResetTokenIssuer, VerificationTokenIssuer,
};
use library_notification_domain::{Body, Composer, Message, Notification, NotificationKind, Recipient, Subject};
use library_shared_domain::{DependencyError, InvalidText, MemberId};
use std::sync::Arc;

/// Makes the notifications that go to members, from what is true of them when it is time to send.
///
/// Tokens are made only now, so that they are never stored. Nothing that a member wrote stands in a mail: whoever registers a
/// stranger's address must not write to them through us.
pub struct ComposeNotification {
    members: Arc<dyn MemberRepository>,
    credentials: Arc<dyn CredentialRepository>,
    tokens: AccountTokens,
    links: AccountLinks,
}

/// What makes the tokens of mails.
#[derive(Clone)]
pub struct AccountTokens {
    /// Those that prove an address.
    pub verification: Arc<dyn VerificationTokenIssuer>,
    /// Those that set a new password.
    pub password_reset: Arc<dyn PasswordResetTokenIssuer>,
}

impl ComposeNotification {
    /// The use case on these ports; the members must not come from a cache.
    pub fn new(
        members: Arc<dyn MemberRepository>,
        credentials: Arc<dyn CredentialRepository>,
        tokens: AccountTokens,
        links: AccountLinks,
    ) -> Self {
        Self { members, credentials, tokens, links }
    }

    fn verification(&self, member: &Member) -> Result<Option<Message>, DependencyError> {
        if member.is_verified() {
            return Ok(None);
        }
        let link = self.links.verification(&self.tokens.verification.issue(member.id())?);
        let body = format!(
            "Hello,\n\nwelcome to the library. Please confirm that this address is yours:\n\n{link}\n\n\
             If you did not register, you need do nothing.\n"
        );
        message(member.email(), "Welcome to the library", &body).map(Some)
    }

    async fn password_reset(&self, member: &Member) -> Result<Option<Message>, DependencyError> {
        let Some(credentials) = self.credentials.find_by_member(member.id()).await? else { return Ok(None) };
        let link = self.links.password_reset(&self.tokens.password_reset.issue(member, &credentials)?);
        let body = format!(
            "Hello,\n\na new password was asked for, for your account at the library. Please set it here:\n\n{link}\n\n\
             The link works once, and not for long. If you did not ask, you need do nothing: your password stays as it is.\n"
        );
        message(member.email(), "A new password for the library", &body).map(Some)
    }

    fn password_changed(member: &Member) -> Result<Option<Message>, DependencyError> {
        let body = "Hello,\n\nthe password of your account at the library was changed, and you were logged out elsewhere.\n\n\
                    If it was not you who changed it, ask for a new password at once.\n";
        message(member.email(), "Your password was changed", body).map(Some)
    }
}

#[async_trait]
impl Composer for ComposeNotification {
    async fn compose(&self, kind: NotificationKind, member_id: MemberId) -> Result<Option<Message>, DependencyError> {
        let Some(member) = self.members.find_by_id(member_id).await? else { return Ok(None) };
        match kind {
            NotificationKind::Verification => self.verification(&member),
            NotificationKind::PasswordReset => self.password_reset(&member).await,
            NotificationKind::PasswordChanged => Self::password_changed(&member),
        }
    }
}

fn message(to: &Email, subject: &str, body: &str) -> Result<Message, DependencyError> {
    let unwritable = |error: InvalidText| DependencyError::failed("composer", error);
    Ok(Message {
        recipient: Recipient { address: to.as_str().to_owned() },
        notification: Notification {
            subject: Subject::parse(subject).map_err(unwritable)?,
            body: Body::parse(body).map_err(unwritable)?,
        },
    })
}

#[cfg(test)]
mod tests;
