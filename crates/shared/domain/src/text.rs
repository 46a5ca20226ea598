/// How many characters a text may have, after trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLength {
    /// The fewest characters.
    pub minimum: usize,
    /// The most characters.
    pub maximum: usize,
}

/// The text cannot be a value of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// It has fewer characters than it must have.
    #[error("must have at least {minimum} characters")]
    TooShort {
        /// The fewest characters.
        minimum: usize,
    },
    /// It has more characters than it may have.
    #[error("must have at most {maximum} characters")]
    TooLong {
        /// The most characters.
        maximum: usize,
    },
    /// It contains U+0000, which PostgreSQL cannot store in a text.
    #[error("must not contain the character U+0000")]
    ContainsNul,
}

/// Trims white space (Unicode's `White_Space`) off both ends and checks the length in characters.
///
/// # Errors
/// Where the text is empty, too short, too long or contains U+0000.
pub fn parse_text(text: &str, length: TextLength) -> Result<&str, InvalidText> {
    let trimmed = text.trim();
    if trimmed.contains('\0') {
        return Err(InvalidText::ContainsNul);
    }
    match trimmed.chars().count() {
        0 if length.minimum > 0 => Err(InvalidText::Empty),
        count if count < length.minimum => Err(InvalidText::TooShort { minimum: length.minimum }),
        count if count > length.maximum => Err(InvalidText::TooLong { maximum: length.maximum }),
        _ => Ok(trimmed),
    }
}

/// Declares a value object that holds a trimmed text of so many characters.
///
/// ```
/// library_shared_domain::text_value! {
///     /// The name of a shelf.
///     pub struct Shelf: 1..=20 characters;
/// }
/// assert_eq!(Shelf::parse("  History ").map(|shelf| shelf.as_str().to_owned()), Ok("History".to_owned()));
/// ```
#[macro_export]
macro_rules! text_value {
    ($(#[$doc:meta])* pub struct $name:ident: $minimum:literal ..= $maximum:literal characters;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The fewest and the most characters, after trimming.
            pub const LENGTH: $crate::TextLength = $crate::TextLength { minimum: $minimum, maximum: $maximum };

            /// Trims and checks a text.
            ///
            /// # Errors
            /// Where the length is outside [`LENGTH`](Self::LENGTH) or the text contains U+0000.
            pub fn parse(text: &str) -> Result<Self, $crate::InvalidText> {
                $crate::parse_text(text, Self::LENGTH).map(|text| Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, no longer as a value of its kind.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::{InvalidText, TextLength, parse_text};
    use proptest::prelude::*;

    const LENGTH: TextLength = TextLength { minimum: 2, maximum: 4 };

    #[test]
    fn a_text_is_trimmed_and_counted_in_characters_not_bytes() {
        assert_eq!(parse_text("\u{2003} äöüß \n", LENGTH), Ok("äöüß"));
        assert_eq!(parse_text("äöüßa", LENGTH), Err(InvalidText::TooLong { maximum: 4 }));
        assert_eq!(parse_text("ä", LENGTH), Err(InvalidText::TooShort { minimum: 2 }));
        assert_eq!(parse_text(" \t", LENGTH), Err(InvalidText::Empty));
        assert_eq!(parse_text("a\0b", LENGTH), Err(InvalidText::ContainsNul));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_trimmed_has_the_length_and_no_nul(text in any::<String>()) {
            if let Ok(accepted) = parse_text(&text, LENGTH) {
                prop_assert_eq!(accepted, accepted.trim());
                prop_assert!((2..=4).contains(&accepted.chars().count()));
                prop_assert!(!accepted.contains('\0'));
                prop_assert_eq!(parse_text(accepted, LENGTH), Ok(accepted));
            }
        }
    }
}
