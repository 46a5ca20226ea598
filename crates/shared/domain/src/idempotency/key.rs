use std::fmt;

/// What a caller names a command by, so that sending it again is recognised: 1 to 255 visible ASCII characters.
///
/// Its `Debug` prints nothing of it: who knows the key and has the store could check guesses at what the command said.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// The most characters.
    pub const MAXIMUM_LENGTH: usize = 255;

    /// The key of this text, which is taken as it is.
    ///
    /// # Errors
    /// Where it is empty, too long, or has a character that is not visible or not ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let is_key = !text.is_empty() && text.len() <= Self::MAXIMUM_LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_key { Ok(Self(text.to_owned())) } else { Err(InvalidIdempotencyKey) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{IdempotencyKey, InvalidIdempotencyKey};
    use proptest::prelude::*;

    #[test]
    fn a_key_is_taken_as_it_is() {
        for text in ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "~!\"\\,;", &"x".repeat(255)] {
            assert_eq!(IdempotencyKey::parse(text).map(|key| key.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_empty_too_long_or_not_visible_ascii_is_no_key() {
        for text in ["", " ", "a b", "a\t", "a\u{0}", "é", "\u{7f}", &"x".repeat(256)] {
            assert_eq!(IdempotencyKey::parse(text), Err(InvalidIdempotencyKey), "{text:?}");
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = IdempotencyKey::parse("open-sesame").expect("a key");
        assert!(!format!("{key:?}").contains("sesame"));
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_visible_and_of_a_length_that_can_be_kept(text in ".{0,300}") {
            if let Ok(key) = IdempotencyKey::parse(&text) {
                prop_assert_eq!(key.as_str(), text);
                prop_assert!((1..=255).contains(&key.as_str().chars().count()));
                prop_assert!(key.as_str().chars().all(|character| ('!'..='~').contains(&character)));
            }
        }
    }
}
