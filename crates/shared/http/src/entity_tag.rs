use library_shared_domain::Version;
use std::str;

/// What a conditional header lists (RFC 9110, sections 13.1.1 and 13.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: whatever there is.
    Any,
    /// These.
    Listed(Vec<EntityTag>),
}

/// The tag of one state of a resource (RFC 9110, section 8.8.3). Ours are strong and hold the version's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    is_weak: bool,
    opaque: Vec<u8>,
}

impl EntityTags {
    /// Reads the value of one header line; `None` where it is no `*` and no list of tags.
    pub fn parse(value: &[u8]) -> Option<Self> {
        match value.trim_ascii() {
            b"*" => Some(Self::Any),
            list => parse_list(list).map(Self::Listed),
        }
    }

    /// Reads several lines of one header, which are one list together; `*` stands alone.
    pub fn parse_lines<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        Self::parse(&lines.collect::<Vec<_>>().join(&b","[..]))
    }

    /// Whether a tag of this version is among them, by weak comparison (section 8.8.3.2): a weak tag is as good as a strong one.
    pub fn contain_weakly(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| tag.version() == Some(version)),
        }
    }
}

impl EntityTag {
    /// The version that it is the tag of, by strong comparison (section 8.8.3.2): none where it is weak.
    pub fn strong_version(&self) -> Option<Version> {
        if self.is_weak { None } else { self.version() }
    }

    fn version(&self) -> Option<Version> {
        let text = str::from_utf8(&self.opaque).ok()?;
        let number = text.parse::<i64>().ok()?;
        // The tag is compared letter by letter: `"01"` is another one than `"1"`.
        (number.to_string() == text).then(|| Version::from_number(number))
    }
}

/// Empty elements of the list are passed over (section 5.6.1.2).
fn parse_list(mut rest: &[u8]) -> Option<Vec<EntityTag>> {
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        match rest {
            [] => return Some(tags),
            [b',', ..] => {}
            _ => {
                let (tag, after) = parse_tag(rest)?;
                tags.push(tag);
                rest = after.trim_ascii_start();
            }
        }
        match rest {
            [] => return Some(tags),
            [b',', after @ ..] => rest = after,
            _ => return None,
        }
    }
}

/// Reads the tag that the text begins with, and answers with what follows it. A comma may stand within a tag.
fn parse_tag(text: &[u8]) -> Option<(EntityTag, &[u8])> {
    let (is_weak, text) = text.strip_prefix(b"W/").map_or((false, text), |text| (true, text));
    let text = text.strip_prefix(b"\"")?;
    let end = text.iter().position(|byte| *byte == b'"')?;
    let (opaque, after) = (&text[..end], &text[end + 1..]);
    let is_allowed = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..=0xff);
    opaque.iter().all(is_allowed).then(|| (EntityTag { is_weak, opaque: opaque.to_vec() }, after))
}

#[cfg(test)]
mod tests {
    use super::{EntityTag, EntityTags};
    use library_shared_domain::Version;
    use rstest::rstest;

    fn tag(is_weak: bool, opaque: &str) -> EntityTag {
        EntityTag { is_weak, opaque: opaque.as_bytes().to_vec() }
    }

    #[rstest]
    #[case::any("*", EntityTags::Any)]
    #[case::any_amid_space(" * ", EntityTags::Any)]
    #[case::one("\"1\"", EntityTags::Listed(vec![tag(false, "1")]))]
    #[case::weak("W/\"1\"", EntityTags::Listed(vec![tag(true, "1")]))]
    #[case::several("\"1\", W/\"2\" ,\"3\"", EntityTags::Listed(vec![tag(false, "1"), tag(true, "2"), tag(false, "3")]))]
    #[case::not_parted_by_space("\"1\",\"2\"", EntityTags::Listed(vec![tag(false, "1"), tag(false, "2")]))]
    #[case::with_a_comma_within("\"1,2\"", EntityTags::Listed(vec![tag(false, "1,2")]))]
    #[case::empty_tag("\"\"", EntityTags::Listed(vec![tag(false, "")]))]
    #[case::foreign_letters("\"é\"", EntityTags::Listed(vec![tag(false, "é")]))]
    #[case::empty_elements(", ,\"1\",, \"2\",", EntityTags::Listed(vec![tag(false, "1"), tag(false, "2")]))]
    #[case::nothing("", EntityTags::Listed(vec![]))]
    fn a_star_or_a_list_of_tags_is_read(#[case] value: &str, #[case] expected: EntityTags) {
        assert_eq!(EntityTags::parse(value.as_bytes()), Some(expected));
    }

    #[rstest]
    #[case::bare("1")]
    #[case::open("\"1")]
    #[case::not_opened("1\"")]
    #[case::small_w("w/\"1\"")]
    #[case::w_apart("W/ \"1\"")]
    #[case::not_parted("\"1\" \"2\"")]
    #[case::parted_by_something_else("\"1\"; \"2\"")]
    #[case::star_among_tags("\"1\", *")]
    #[case::two_stars("*, *")]
    #[case::space_within("\"a b\"")]
    #[case::single_quotes("'1'")]
    fn anything_else_is_refused(#[case] value: &str) {
        assert_eq!(EntityTags::parse(value.as_bytes()), None);
    }

    #[test]
    fn lines_of_one_header_are_one_list() {
        let parse = |lines: &[&'static str]| EntityTags::parse_lines(lines.iter().map(|line| line.as_bytes()));
        assert_eq!(parse(&["\"1\"", "W/\"2\""]), Some(EntityTags::Listed(vec![tag(false, "1"), tag(true, "2")])));
        assert_eq!(parse(&["*"]), Some(EntityTags::Any));
        assert_eq!(parse(&["*", "\"1\""]), None);
    }

    #[rstest]
    #[case("\"7\"", true, true)]
    #[case("W/\"7\"", true, false)]
    #[case("\"8\"", false, false)]
    #[case("\"07\"", false, false)]
    #[case("\"+7\"", false, false)]
    #[case("\"x\"", false, false)]
    #[case("\"99999999999999999999\"", false, false)]
    fn a_weak_tag_is_the_tag_of_a_version_only_by_weak_comparison(
        #[case] value: &str,
        #[case] is_weakly: bool,
        #[case] is_strongly: bool,
    ) {
        let version = Version::from_number(7);
        let tags = EntityTags::parse(value.as_bytes()).expect("tags");
        assert_eq!(tags.contain_weakly(version), is_weakly);
        let EntityTags::Listed(tags) = tags else { panic!("a list") };
        assert_eq!(tags[0].strong_version() == Some(version), is_strongly);
    }
}
