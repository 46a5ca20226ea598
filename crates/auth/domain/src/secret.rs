use library_shared_domain::secret_text;
use std::fmt;

secret_text! {
    /// A refresh token as the client holds it: never stored.
    pub struct RefreshSecret;
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
