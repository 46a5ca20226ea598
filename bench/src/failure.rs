use std::fmt::Display;

/// Why a figure could not be had. There is no figure in its place: a run that is not whole says so.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

/// What there is, or why there is not.
pub type Outcome<T> = Result<T, Failure>;

/// Says what was being done when something failed.
pub trait While<T> {
    /// The same, where a failure begins with what was being done.
    ///
    /// # Errors
    /// The failure that there was.
    fn doing(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: Display> While<T> for Result<T, E> {
    fn doing(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{what}: {error}")))
    }
}

impl<T> While<T> for Option<T> {
    fn doing(self, what: impl Display) -> Outcome<T> {
        self.ok_or_else(|| Failure(format!("{what}: there is none")))
    }
}
