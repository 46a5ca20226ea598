use std::fmt;

/// An International Standard Book Number (ISO 2108), of ten or thirteen characters, without hyphens and spaces.
///
/// The check digit is not enforced: misprinted ISBNs are real, and a catalogue describes the books as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isbn(String);

/// The text is no ISBN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an ISBN: ten characters, nine digits and a digit or X, or thirteen digits; hyphens and spaces may stand between them"
)]
pub struct InvalidIsbn;

impl Isbn {
    /// Reads an ISBN as people write it and keeps it without hyphens and spaces, the check character `X` in upper case.
    ///
    /// # Errors
    /// Where what is left is neither nine digits and a digit or `X`, nor thirteen digits.
    pub fn parse(text: &str) -> Result<Self, InvalidIsbn> {
        // Most have been read before, and lie in a database.
        if Self::is_normalised(text) {
            return Ok(Self(text.to_owned()));
        }
        let normalised = Self::normalise(text);
        if Self::is_normalised(&normalised) { Ok(Self(normalised)) } else { Err(InvalidIsbn) }
    }

    /// Whether this is nine digits and a digit or `X`, or thirteen digits.
    fn is_normalised(text: &str) -> bool {
        let (body, check) = text.as_bytes().split_last().map_or((&[][..], b' '), |(check, body)| (body, *check));
        body.iter().all(u8::is_ascii_digit)
            && match body.len() {
                9 => check.is_ascii_digit() || check == b'X',
                12 => check.is_ascii_digit(),
                _ => false,
            }
    }

    /// Reads an ISBN of ten characters that has lost its leading zeros, as it does where a spreadsheet takes it for a number; any
    /// other is read as [`parse`](Self::parse) does.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse); nothing, and nothing but zeros, has lost none.
    pub fn parse_without_leading_zeros(text: &str) -> Result<Self, InvalidIsbn> {
        let rest = Self::normalise(text);
        let has_lost_zeros = rest.len() < 10 && rest.starts_with(|first| matches!(first, '1'..='9'));
        if has_lost_zeros { Self::parse(&format!("{rest:0>10}")) } else { Self::parse(text) }
    }

    /// What is left of an ISBN, or of a part of one, without hyphens and spaces and in upper case.
    #[must_use]
    pub fn normalise(text: &str) -> String {
        let mut normalised = String::with_capacity(text.len());
        normalised
            .extend(text.trim().chars().filter(|character| !matches!(character, '-' | ' ')).map(|c| c.to_ascii_uppercase()));
        normalised
    }

    /// The normalised ISBN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the check digit is the one that the other digits call for: modulo 11 with the weights ten to one for ten
    /// characters, modulo 10 with alternating weights one and three for thirteen (ISO 2108:2017, annex C).
    #[must_use]
    pub fn has_valid_check_digit(&self) -> bool {
        let values = self.0.bytes().map(|byte| if byte == b'X' { 10 } else { u32::from(byte - b'0') });
        if self.0.len() == 10 {
            values.zip((1..=10).rev()).map(|(value, weight)| value * weight).sum::<u32>() % 11 == 0
        } else {
            values.zip([1, 3].into_iter().cycle()).map(|(value, weight)| value * weight).sum::<u32>() % 10 == 0
        }
    }
}

impl fmt::Display for Isbn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidIsbn, Isbn};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("978-0-441-17271-9", "9780441172719")]
    #[case(" 0 441 17271 7 ", "0441172717")]
    #[case("0-8044-2957-x", "080442957X")]
    fn hyphens_and_spaces_do_not_count(#[case] written: &str, #[case] kept: &str) {
        assert_eq!(Isbn::parse(written).expect("an ISBN").as_str(), kept);
    }

    #[rstest]
    #[case("")]
    #[case("-")]
    #[case("044117271")]
    #[case("04411727171")]
    #[case("978044117271X")]
    #[case("X441172717")]
    #[case("0441\u{2010}172717")]
    #[case("٠٤٤١١٧٢٧١٧")]
    #[case("0441172717\0")]
    fn what_has_another_shape_is_no_isbn(#[case] written: &str) {
        assert_eq!(Isbn::parse(written), Err(InvalidIsbn));
    }

    #[rstest]
    #[case("441172717", "0441172717")]
    #[case(" 7-100X ", "000007100X")]
    #[case("0441172717", "0441172717")]
    #[case("9780441172719", "9780441172719")]
    fn zeros_that_were_lost_come_back(#[case] written: &str, #[case] kept: &str) {
        assert_eq!(Isbn::parse_without_leading_zeros(written).expect("an ISBN").as_str(), kept);
    }

    #[rstest]
    #[case("")]
    #[case("0")]
    #[case("X")]
    #[case("1.5")]
    #[case("1X1")]
    #[case("12345678901")]
    fn what_never_had_them_is_no_isbn(#[case] written: &str) {
        assert_eq!(Isbn::parse_without_leading_zeros(written), Err(InvalidIsbn));
    }

    #[rstest]
    #[case("9780441172719", true)]
    #[case("9780441172718", false)]
    #[case("0441172717", true)]
    #[case("0441172710", false)]
    #[case("080442957X", true)]
    #[case("0804429570", false)]
    fn the_check_digit_is_told_but_not_enforced(#[case] written: &str, #[case] valid: bool) {
        assert_eq!(Isbn::parse(written).expect("an ISBN").has_valid_check_digit(), valid);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic_and_what_it_keeps_it_reads_again(text in any::<String>()) {
            if let Ok(isbn) = Isbn::parse(&text) {
                prop_assert_eq!(Isbn::parse(isbn.as_str()), Ok(isbn));
            }
        }

        #[test]
        fn separators_anywhere_make_no_difference(digits in "[0-9]{9}[0-9X]|[0-9]{13}", places in proptest::collection::vec(0_usize..14, 0..6)) {
            let mut written = digits.clone();
            for place in places {
                written.insert(place.min(written.len()), if place % 2 == 0 { '-' } else { ' ' });
            }
            prop_assert_eq!(Isbn::parse(&written), Isbn::parse(&digits));
        }

        #[test]
        fn of_all_check_digits_exactly_one_is_valid(body in "[0-9]{9}|[0-9]{12}") {
            let checks = if body.len() == 9 { "0123456789X" } else { "0123456789" };
            let valid = checks.chars().filter(|check| Isbn::parse(&format!("{body}{check}")).expect("an ISBN").has_valid_check_digit());
            prop_assert_eq!(valid.count(), 1);
        }
    }
}
