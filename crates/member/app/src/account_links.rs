use library_member_domain::{PasswordResetToken, VerificationToken};

/// The addresses of the pages that mails lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLinks(String);

impl AccountLinks {
    /// The pages of the service that is reached under this address; a slash at its end does not count.
    #[must_use]
    pub fn under(base_url: &str) -> Self {
        Self(base_url.trim_end_matches('/').to_owned())
    }

    /// Where a member proves that the mail reached them.
    pub(crate) fn verification(&self, token: &VerificationToken) -> String {
        format!("{}/members/verify?token={}", self.0, token.expose())
    }

    /// Where a member sets a new password.
    pub(crate) fn password_reset(&self, token: &PasswordResetToken) -> String {
        format!("{}/auth/password/reset?token={}", self.0, token.expose())
    }
}
