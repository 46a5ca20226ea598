use library_shared_domain::MemberId;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// A password that somebody chooses: 8 to 128 characters, not trimmed, never printed.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

/// The text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// It is too short or too long.
    #[error("must have {} to {} characters", Password::MINIMUM_LENGTH, Password::MAXIMUM_LENGTH)]
    Length,
    /// It contains U+0000.
    #[error("must not contain the character U+0000")]
    ContainsNul,
}

impl Password {
    /// The fewest characters.
    pub const MINIMUM_LENGTH: usize = 8;
    /// The most characters.
    pub const MAXIMUM_LENGTH: usize = 128;

    /// Checks a password's length, in characters.
    ///
    /// # Errors
    /// Where it is too short, too long or contains U+0000.
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        if text.contains('\0') {
            return Err(InvalidPassword::ContainsNul);
        }
        if !(Self::MINIMUM_LENGTH..=Self::MAXIMUM_LENGTH).contains(&text.chars().count()) {
            return Err(InvalidPassword::Length);
        }
        Ok(Self(text.into()))
    }

    /// The password as something that one can be checked against a hash.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// A password's hash in the PHC string format, which names its algorithm and parameters; never printed.
#[derive(Clone)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// The hash that a hasher made or a repository kept.
    #[must_use]
    pub fn from_phc(text: String) -> Self {
        Self(text.into())
    }

    /// The PHC string, for the hasher and the repository.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash([redacted])")
    }
}

/// What a member proves who they are with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Whose they are.
    pub member_id: MemberId,
    /// The hash of their password.
    pub password_hash: PasswordHash,
}

#[cfg(test)]
mod tests {
    use super::{InvalidPassword, Password, PasswordHash};

    #[test]
    fn a_password_has_8_to_128_characters() {
        for length in [8, 128] {
            assert!(Password::parse(&"ü".repeat(length)).is_ok(), "{length}");
        }
        for length in [0, 7, 129] {
            assert_eq!(Password::parse(&"ü".repeat(length)).err(), Some(InvalidPassword::Length), "{length}");
        }
        assert_eq!(Password::parse("12345678\0").err(), Some(InvalidPassword::ContainsNul));
    }

    #[test]
    fn neither_a_password_nor_its_hash_is_printed() {
        let password = Password::parse("correct horse").expect("a password");
        assert!(!format!("{password:?}").contains("horse"));
        assert!(!format!("{:?}", PasswordHash::from_phc("$argon2id$…".to_owned())).contains("argon"));
    }
}
