use library_auth_domain::{AccessToken, RefreshSecret};
use time::{Duration, OffsetDateTime};

/// What a client holds of its session.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// Says who calls.
    pub access_token: AccessToken,
    /// For how long the access token is good from now.
    pub expires_in: Duration,
    /// Renews both, once.
    pub refresh_token: RefreshSecret,
}

/// For how long a refresh token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshTokenLifetime(Duration);

impl RefreshTokenLifetime {
    /// This many days.
    #[must_use]
    pub fn from_days(days: u16) -> Self {
        Self(Duration::days(i64::from(days)))
    }

    pub(crate) fn expiry(self, now: OffsetDateTime) -> OffsetDateTime {
        now + self.0
    }
}

impl Default for RefreshTokenLifetime {
    /// Thirty days.
    fn default() -> Self {
        Self::from_days(30)
    }
}
