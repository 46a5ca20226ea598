use std::error::Error;

/// The error beneath another: kept for the log, never shown to a client.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The machinery behind a port failed: nothing that the caller asked for was wrong.
#[derive(Debug, thiserror::Error)]
pub enum DependencyError {
    /// It is away, too slow or too busy; the same call may succeed later.
    #[error("{dependency} is unavailable")]
    Unavailable {
        /// What failed, such as `database`.
        dependency: &'static str,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// It answered, but with something that cannot be used; the same call is not expected to succeed later.
    #[error("{dependency} failed")]
    Failed {
        /// What failed, such as `database`.
        dependency: &'static str,
        /// Why.
        #[source]
        cause: Cause,
    },
}

/// What an error says, with what the errors beneath it say: for the log.
pub fn error_chain(error: &dyn Error) -> String {
    let mut chain = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let text = source.to_string();
        // Some errors repeat what the one beneath them says.
        if !chain.ends_with(&text) {
            chain = format!("{chain}: {text}");
        }
        next = source.source();
    }
    chain
}

impl DependencyError {
    /// An [`Unavailable`](Self::Unavailable) dependency.
    pub fn unavailable(dependency: &'static str, cause: impl Into<Cause>) -> Self {
        Self::Unavailable { dependency, cause: cause.into() }
    }

    /// A [`Failed`](Self::Failed) dependency.
    pub fn failed(dependency: &'static str, cause: impl Into<Cause>) -> Self {
        Self::Failed { dependency, cause: cause.into() }
    }
}
