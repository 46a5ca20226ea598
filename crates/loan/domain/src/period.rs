use time::Duration;

/// For how long a book is lent: whole days, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoanPeriod(u16);

/// A period of no days is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be at least one day")]
pub struct InvalidLoanPeriod;

impl LoanPeriod {
    /// A period of this many days.
    ///
    /// # Errors
    /// Where there are none.
    pub const fn from_days(days: u16) -> Result<Self, InvalidLoanPeriod> {
        if days == 0 { Err(InvalidLoanPeriod) } else { Ok(Self(days)) }
    }

    /// The period as a span of time.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::days(i64::from(self.0))
    }
}

impl Default for LoanPeriod {
    /// Fourteen days.
    fn default() -> Self {
        Self(14)
    }
}
