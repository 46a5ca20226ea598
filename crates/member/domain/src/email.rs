use email_address::{EmailAddress, Options};
use std::{fmt, hash::Hash};

/// An email address (RFC 5321, section 4.1.2, with the international letters of RFC 6531), kept as it was given.
///
/// Two addresses that differ only in the case of their letters are equal: to the library, they are one member.
#[derive(Clone)]
pub struct Email {
    address: String,
    key: String,
}

/// The text is no email address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    /// Its syntax is not that of an address.
    #[error("must be an email address with a dotted domain, such as name@example.com")]
    Syntax,
    /// It has more than 254 characters, the most that fit into the path of RFC 5321, section 4.5.3.1.3.
    #[error("must have at most {} characters", Email::MAXIMUM_LENGTH)]
    TooLong,
}

impl Email {
    /// The most characters.
    pub const MAXIMUM_LENGTH: usize = 254;

    /// Reads an address; white space around it does not belong to it.
    ///
    /// # Errors
    /// Where it is too long, is no address, has no dot in its domain or holds a control character.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim();
        if address.chars().count() > Self::MAXIMUM_LENGTH {
            return Err(InvalidEmail::TooLong);
        }
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let parsed = EmailAddress::parse_with_options(address, options).map_err(|_| InvalidEmail::Syntax)?;
        if address.chars().any(char::is_control) || parsed.domain().split('.').any(str::is_empty) {
            return Err(InvalidEmail::Syntax);
        }
        Ok(Self { address: address.to_owned(), key: Self::spell(address) })
    }

    /// The one spelling of all addresses that are equal, or of a part of them.
    #[must_use]
    pub fn spell(text: &str) -> String {
        text.trim().to_lowercase()
    }

    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The address in lower case: equal for addresses that are equal, so that a store can hold it unique.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Email {}

impl Hash for Email {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Debug for Email {
    /// An address is personal and has no place in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Email([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, InvalidEmail};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("ada@example.com")]
    #[case("ada.lovelace+library@mail.example.co.uk")]
    #[case("o'brien@example.com")]
    #[case("\"quoted local\"@example.com")]
    #[case("用户@例子.广告")]
    fn real_addresses_are_accepted_and_kept_as_given(#[case] address: &str) {
        assert_eq!(Email::parse(&format!(" {address} ")).expect("an address").as_str(), address);
    }

    #[rstest]
    #[case("")]
    #[case("ada")]
    #[case("ada@")]
    #[case("@example.com")]
    #[case("ada@localhost")]
    #[case("ada@example.")]
    #[case("ada@.example.com")]
    #[case("ada@example..com")]
    #[case("ada@[127.0.0.1]")]
    #[case("Ada <ada@example.com>")]
    #[case("ada@exam ple.com")]
    #[case("a da@example.com")]
    #[case("ada@example.com\r\nBcc: all@example.com")]
    #[case("ada\0@example.com")]
    #[case("ada@-example.com")]
    #[case("one@example.com,two@example.com")]
    fn what_mail_cannot_be_sent_to_is_refused(#[case] text: &str) {
        assert_eq!(Email::parse(text), Err(InvalidEmail::Syntax));
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        let domain = format!("{}.{}.{}.example.com", "d".repeat(60), "d".repeat(60), "d".repeat(60));
        let fits = format!("{}@{domain}", "l".repeat(254 - domain.len() - 1));
        assert!(Email::parse(&fits).is_ok());
        assert_eq!(Email::parse(&format!("l{fits}")), Err(InvalidEmail::TooLong));
    }

    #[test]
    fn addresses_that_differ_only_in_case_are_one_member() {
        let (lower, upper) = (Email::parse("ada@example.com"), Email::parse("ADA@Example.COM"));
        assert_eq!(lower, upper);
        assert_eq!(upper.expect("an address").as_str(), "ADA@Example.COM");
    }

    #[test]
    fn an_address_is_not_printed() {
        assert!(!format!("{:?}", Email::parse("ada@example.com")).contains("ada"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic_and_what_it_accepts_is_one_line(text in any::<String>()) {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(!email.as_str().chars().any(char::is_control));
            }
        }

        #[test]
        fn plain_addresses_are_accepted(text in "[a-z0-9]{1,20}@[a-z0-9]{1,20}\\.[a-z]{2,6}") {
            prop_assert!(Email::parse(&text).is_ok());
        }
    }
}
