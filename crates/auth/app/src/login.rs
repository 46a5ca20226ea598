use crate::{RefreshTokenLifetime, TokenPair};
use library_auth_domain::{
    CredentialVerifier, FailedLogins, LoginName, RefreshToken, RefreshTokenRepository, StartSessionError, TokenIssuer,
    TooManyFailures, Verified, VerifyCredentialsError, guarded,
};
use library_shared_domain::{Clock, DependencyError, IdGenerator, RefreshTokenId, SessionId};
use secrecy::SecretString;
use std::sync::Arc;

/// Starts a session for whoever knows an address and its password. After many failures in a row, the account's logins are slowed down.
pub struct Login {
    verifier: Arc<dyn CredentialVerifier>,
    failed_logins: Arc<dyn FailedLogins>,
    tokens: Arc<dyn RefreshTokenRepository>,
    issuer: Arc<dyn TokenIssuer>,
    ids: Arc<dyn IdGenerator>,
    clock: Arc<dyn Clock>,
    lifetime: RefreshTokenLifetime,
}

/// What somebody presents.
#[derive(Debug, Clone)]
pub struct LoginCommand {
    /// The address.
    pub email: String,
    /// The password.
    pub password: SecretString,
}

/// Why no session was started.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The text is no email address.
    #[error("{rule}")]
    NotAnAddress {
        /// The rule that it breaks.
        rule: String,
    },
    /// No member has this address, or the password is another, by now: it is not told which.
    #[error("the email address or the password is wrong")]
    WrongCredentials,
    /// Too many logins failed in a row; this password was not looked at.
    #[error(transparent)]
    TooManyFailures(#[from] TooManyFailures),
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl Login {
    /// The use case on these ports; refresh tokens are good for this long.
    pub fn new(
        verifier: Arc<dyn CredentialVerifier>,
        failed_logins: Arc<dyn FailedLogins>,
        tokens: Arc<dyn RefreshTokenRepository>,
        issuer: Arc<dyn TokenIssuer>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
        lifetime: RefreshTokenLifetime,
    ) -> Self {
        Self { verifier, failed_logins, tokens, issuer, ids, clock, lifetime }
    }

    /// Starts a session and answers with its tokens.
    ///
    /// # Errors
    /// [`LoginError::NotAnAddress`] where the address is none, [`LoginError::WrongCredentials`] where nobody has these,
    /// [`LoginError::TooManyFailures`] where it comes too early after others that failed.
    #[tracing::instrument(name = "login", skip_all)]
    pub async fn execute(&self, command: LoginCommand) -> Result<TokenPair, LoginError> {
        let name = self.verifier.login_name(&command.email)?;
        let verified = self.verify(&name, &command).await?;
        let member_id = verified.member_id;
        let session = SessionId::from(self.ids.generate());
        let now = self.clock.now();
        let refresh_token = self.issuer.make_refresh();
        let first = RefreshToken {
            id: RefreshTokenId::from(self.ids.generate()),
            member_id,
            session,
            token_hash: self.issuer.hash_refresh(&refresh_token),
            expires_at: self.lifetime.expiry(now),
            revoked_at: None,
        };
        let access_token = self.issuer.issue_access(member_id, session)?;
        self.tokens.start_session(&first, now).await?;
        self.end_if_outrun(&verified, session).await?;
        Ok(TokenPair { access_token, expires_in: self.issuer.access_lifetime(), refresh_token })
    }

    /// Ends the session where another password was set while it was being started. Whoever sets one replaces the old one and then ends the
    /// sessions, in one unit of work. One that replaced the password before this asks is told of, for asking waits for its commit; one
    /// that does so later finds the session and ends it. Where there is no answer, nobody gets the session's tokens.
    async fn end_if_outrun(&self, verified: &Verified, session: SessionId) -> Result<(), LoginError> {
        if self.verifier.still_good(verified).await? {
            return Ok(());
        }
        self.tokens.revoke_session(session, self.clock.now()).await?;
        Err(LoginError::WrongCredentials)
    }

    async fn verify(&self, name: &LoginName, command: &LoginCommand) -> Result<Verified, LoginError> {
        let check = async { self.verifier.verify(&command.email, &command.password).await.map_err(LoginError::from) };
        guarded(&*self.failed_logins, name, check).await?.ok_or(LoginError::WrongCredentials)
    }
}

impl From<VerifyCredentialsError> for LoginError {
    fn from(error: VerifyCredentialsError) -> Self {
        match error {
            VerifyCredentialsError::NotAnAddress { rule } => Self::NotAnAddress { rule },
            VerifyCredentialsError::Dependency(error) => Self::Dependency(error),
        }
    }
}

impl From<StartSessionError> for LoginError {
    fn from(error: StartSessionError) -> Self {
        match error {
            // Deleted since the password was checked.
            StartSessionError::MemberMissing => Self::WrongCredentials,
            StartSessionError::Dependency(error) => Self::Dependency(error),
        }
    }
}

#[cfg(test)]
mod tests;
