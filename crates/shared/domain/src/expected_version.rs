use crate::Version;

/// In which states of an aggregate a caller is willing to change or delete it.
///
/// A use case judges it anew each time it has loaded the aggregate: who lost a race and loads again may find a state that the caller
/// has never seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ExpectedVersion {
    /// Whichever it is in; that it exists is expected of every change.
    #[default]
    Any,
    /// In one of these; in none where there are none.
    OneOf(Vec<Version>),
}

impl ExpectedVersion {
    /// Whether the caller is willing to change this state.
    #[must_use]
    pub fn accepts(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExpectedVersion;
    use crate::Version;

    const SECOND: Version = Version::FIRST.next();
    const THIRD: Version = SECOND.next();

    #[test]
    fn who_expects_nothing_accepts_every_version() {
        assert_eq!(ExpectedVersion::default(), ExpectedVersion::Any);
        for version in [Version::FIRST, SECOND, THIRD] {
            assert!(ExpectedVersion::Any.accepts(version));
        }
    }

    #[test]
    fn who_expects_versions_accepts_those_and_no_other() {
        let expected = ExpectedVersion::OneOf(vec![THIRD, Version::FIRST]);
        assert_eq!([Version::FIRST, SECOND, THIRD].map(|version| expected.accepts(version)), [true, false, true]);
        assert!(!ExpectedVersion::OneOf(Vec::new()).accepts(Version::FIRST));
    }
}
