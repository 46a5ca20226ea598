use library_shared_domain::DependencyError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many more calls of a fake are to fail, because a test has asked for it.
#[derive(Debug, Default)]
pub(super) struct Failures(AtomicUsize);

impl Failures {
    /// Makes one more call fail.
    pub(super) fn plan(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts a call, and fails as unavailable where it is to fail.
    pub(super) fn check(&self, dependency: &'static str) -> Result<(), DependencyError> {
        match self.0.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => Err(DependencyError::unavailable(dependency, "the test asked for it")),
            Err(_) => Ok(()),
        }
    }
}
