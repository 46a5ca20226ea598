use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// A refresh token as the client holds it: never stored, never printed.
#[derive(Debug, Clone)]
pub struct RefreshSecret(SecretString);

impl RefreshSecret {
    /// The token that an issuer made or a client presents.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text.into())
    }

    /// The text, for the response and the hash.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The SHA-256 (FIPS 180-4) of a refresh token: all that is stored of it. The token has 512 random bits, so a fast hash without
/// a salt is enough.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash that these bytes are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the repository.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash([redacted])")
    }
}
