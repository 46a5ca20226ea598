use crate::DependencyError;
use time::OffsetDateTime;

/// Counts the saved states of an aggregate, from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(i64);

impl Version {
    /// The version of an aggregate that was created and not changed since.
    pub const FIRST: Self = Self(1);

    /// The version that a repository kept as this number.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number that a repository keeps.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Which saved state of an aggregate one holds, and when it came to be.
///
/// A repository's `update` succeeds only if the version is still the stored one; so of two callers who loaded the same state,
/// one saves and the other loads again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// The version that was loaded; saving a change makes it the next one.
    pub version: Version,
    /// When the aggregate was created.
    pub created_at: OffsetDateTime,
    /// When the aggregate last changed.
    pub updated_at: OffsetDateTime,
}

impl Revision {
    /// The revision of an aggregate that is created now.
    #[must_use]
    pub const fn first(now: OffsetDateTime) -> Self {
        Self { version: Version::FIRST, created_at: now, updated_at: now }
    }

    /// Notes that the aggregate changes now.
    pub const fn touch(&mut self, now: OffsetDateTime) {
        self.updated_at = now;
    }

    /// The revision that stands in the repository once this one has been saved over its predecessor.
    #[must_use]
    pub const fn saved(self) -> Self {
        Self { version: self.version.next(), ..self }
    }
}

/// How often a use case that lost a race loads, changes and saves again. Each lost race is another caller's success, so that many
/// callers at once all come through.
pub const UPDATE_ATTEMPTS: usize = 100;

/// The error of a use case that loaded, changed and saved again, and lost every race: each lost race is another caller's
/// success, so this tells of a crowd and not of a fault.
#[must_use]
pub fn contended() -> DependencyError {
    DependencyError::unavailable("database", "the row kept changing under the update")
}
