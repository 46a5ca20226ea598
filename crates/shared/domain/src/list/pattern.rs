use crate::InvalidText;

/// A pattern that a whole text matches or not, as SQL's LIKE has it: `%` stands for any characters, `_` for one, and a backslash
/// takes the meaning from the character after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<PatternPart>);

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternPart {
    /// These characters.
    Literal(String),
    /// Any one character.
    One,
    /// Any characters, or none.
    Any,
}

/// The text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPattern {
    /// It is too long to be of use.
    #[error("must have at most {} characters", Pattern::MAXIMUM_LENGTH)]
    TooLong,
    /// Matching it could take very long.
    #[error("must have at most {} times `%`", Pattern::MAXIMUM_ANY)]
    TooManyAny,
    /// It ends in the middle of an escape.
    #[error("must not end with a backslash that nothing follows")]
    OpenEscape,
    /// It contains U+0000.
    #[error(transparent)]
    Text(#[from] InvalidText),
}

impl Pattern {
    /// The most characters.
    pub const MAXIMUM_LENGTH: usize = 200;
    /// The most parts that stand for any characters: the time that matching takes grows with the length of the text to the power
    /// of their number.
    pub const MAXIMUM_ANY: usize = 4;

    /// Reads a pattern.
    ///
    /// # Errors
    /// Where it is too long, has too many `%`, ends with a lone backslash or contains U+0000.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if text.chars().count() > Self::MAXIMUM_LENGTH {
            return Err(InvalidPattern::TooLong);
        }
        if text.contains('\0') {
            return Err(InvalidText::ContainsNul.into());
        }
        let mut parts = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' if parts.last() == Some(&PatternPart::Any) => {}
                '%' => parts.push(PatternPart::Any),
                '_' => parts.push(PatternPart::One),
                '\\' => push_literal(&mut parts, characters.next().ok_or(InvalidPattern::OpenEscape)?),
                literal => push_literal(&mut parts, literal),
            }
        }
        if parts.iter().filter(|part| **part == PatternPart::Any).count() > Self::MAXIMUM_ANY {
            return Err(InvalidPattern::TooManyAny);
        }
        Ok(Self(parts))
    }

    /// Its parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[PatternPart] {
        &self.0
    }

    /// The pattern whose literal characters are changed by this function.
    #[must_use]
    pub fn map_literals(self, change: impl Fn(&str) -> String) -> Self {
        let changed = |part| match part {
            PatternPart::Literal(text) => PatternPart::Literal(change(&text)),
            other @ (PatternPart::One | PatternPart::Any) => other,
        };
        Self(self.0.into_iter().map(changed).collect())
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        matches(&self.0, text)
    }
}

fn push_literal(parts: &mut Vec<PatternPart>, character: char) {
    if let Some(PatternPart::Literal(text)) = parts.last_mut() {
        text.push(character);
    } else {
        parts.push(PatternPart::Literal(character.to_string()));
    }
}

fn matches(parts: &[PatternPart], text: &str) -> bool {
    let Some((first, rest)) = parts.split_first() else { return text.is_empty() };
    match first {
        PatternPart::Literal(literal) => text.strip_prefix(literal.as_str()).is_some_and(|after| matches(rest, after)),
        PatternPart::One => {
            let mut characters = text.chars();
            characters.next().is_some() && matches(rest, characters.as_str())
        }
        PatternPart::Any => {
            let starts = text.char_indices().map(|(start, _)| start).chain([text.len()]);
            starts.into_iter().any(|start| matches(rest, &text[start..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidPattern, Pattern};
    use rstest::rstest;

    #[rstest]
    #[case("%potter%", "harry potter 1", true)]
    #[case("harry%", "harry potter", true)]
    #[case("harry%", "dirty harry", false)]
    #[case("h_rry", "hörry", true)]
    #[case("h_rry", "hrry", false)]
    #[case("100\\%", "100%", true)]
    #[case("100\\%", "1000", false)]
    #[case("%%", "", true)]
    #[case("", "", true)]
    #[case("", "a", false)]
    #[case("a%b%c", "a-b-b-c", true)]
    #[case("a%b%c", "a-c-b", false)]
    fn a_pattern_matches_the_whole_text(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(Pattern::parse(pattern).expect("a pattern").matches(text), expected);
    }

    #[test]
    fn what_could_take_long_or_means_nothing_is_refused() {
        assert_eq!(Pattern::parse(&"a".repeat(201)), Err(InvalidPattern::TooLong));
        assert_eq!(Pattern::parse("%a%a%a%a%"), Err(InvalidPattern::TooManyAny));
        assert_eq!(Pattern::parse("a\\"), Err(InvalidPattern::OpenEscape));
        assert!(matches!(Pattern::parse("a\0"), Err(InvalidPattern::Text(_))));
    }
}
