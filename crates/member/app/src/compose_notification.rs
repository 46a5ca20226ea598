use crate::AccountLinks;
use async_trait::async_trait;
use library_member_domain::{
    CredentialRepository, Email, EmailChangeTokenIssuer, Member, MemberRepository, PasswordResetTokenIssuer,
    VerificationTokenIssuer,
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
    /// Those that prove an address that is to take the place of another.
    pub email_change: Arc<dyn EmailChangeTokenIssuer>,
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

    fn email_change(&self, member: &Member) -> Result<Option<Message>, DependencyError> {
        let Some(address) = member.pending_email() else { return Ok(None) };
        let link = self.links.verification(&self.tokens.email_change.issue(member.id(), address)?);
        let body = format!(
            "Hello,\n\nthis is to be your address at the library. Please confirm that it is yours:\n\n{link}\n\n\
             If you have no account at the library, you need do nothing.\n"
        );
        message(address, "Your new address at the library", &body).map(Some)
    }

    fn email_change_notice(member: &Member) -> Result<Option<Message>, DependencyError> {
        if member.pending_email().is_none() {
            return Ok(None);
        }
        let body = "Hello,\n\nanother address is to take the place of this one in your account at the library, as soon as it is \
                    confirmed. Until then, nothing changes.\n\n\
                    If it was not you who asked for it, set a new password at once, and your address back to this one.\n";
        message(member.email(), "Your address is about to change", body).map(Some)
    }
}

#[async_trait]
impl Composer for ComposeNotification {
    #[tracing::instrument(name = "compose_notification", skip_all)]
    async fn compose(&self, kind: NotificationKind, member_id: MemberId) -> Result<Option<Message>, DependencyError> {
        let Some(member) = self.members.find_by_id(member_id).await? else { return Ok(None) };
        match kind {
            NotificationKind::Verification => self.verification(&member),
            NotificationKind::PasswordReset => self.password_reset(&member).await,
            NotificationKind::PasswordChanged => Self::password_changed(&member),
            NotificationKind::EmailChange => self.email_change(&member),
            NotificationKind::EmailChangeNotice => Self::email_change_notice(&member),
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
