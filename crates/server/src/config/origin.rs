use std::str::FromStr;
use url::{Host, Url};

/// Where a page comes from, as browsers say it in `Origin` (RFC 6454, section 6.2): scheme, host and port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// The text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidOrigin;

impl Origin {
    /// The origin, as browsers say it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let url = Url::parse(text).map_err(|_| InvalidOrigin)?;
        let is_of_the_web = matches!(url.scheme(), "http" | "https");
        // A star within the name would be taken for the name of a host.
        let has_name = !matches!(url.host(), Some(Host::Domain(name)) if name.contains('*'));
        let is_exact = url.origin().ascii_serialization() == text;
        if is_of_the_web && has_name && is_exact { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) }
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidOrigin, Origin};
    use rstest::rstest;

    #[rstest]
    #[case("https://app.example.com")]
    #[case("http://localhost:3000")]
    #[case("https://[::1]:8443")]
    fn an_origin_is_what_browsers_say(#[case] text: &str) {
        assert_eq!(text.parse::<Origin>().map(|origin| origin.as_str().to_owned()), Ok(text.to_owned()));
    }

    #[rstest]
    #[case::anybody("*")]
    #[case::nobody("null")]
    #[case::any_name("https://*.example.com")]
    #[case::no_scheme("app.example.com")]
    #[case::a_path("https://app.example.com/")]
    #[case::the_usual_port("https://app.example.com:443")]
    #[case::capitals("https://App.example.com")]
    #[case::letters_of_no_ascii("https://bücher.example")]
    #[case::another_scheme("ftp://app.example.com")]
    #[case::nothing("")]
    fn what_no_browser_says_is_no_origin(#[case] text: &str) {
        assert_eq!(text.parse::<Origin>(), Err(InvalidOrigin));
    }
}
