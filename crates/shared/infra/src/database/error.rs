use diesel::result::{DatabaseErrorKind, Error as DieselError};
use library_shared_domain::DependencyError;

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// It would have broken a UNIQUE rule of the schema.
    #[error("a unique rule was violated: {rule}")]
    UniqueViolation {
        /// What the database calls the rule: on PostgreSQL its name, on SQLite the columns.
        rule: String,
    },
    /// It would have left a reference to a row that does not exist. SQLite does not say which.
    #[error("a reference to a row that does not exist")]
    ForeignKeyViolation,
    /// The machinery failed.
    #[error(transparent)]
    Dependency(#[from] DependencyError),
}

impl SqlError {
    /// Whether the UNIQUE rule of this column was violated.
    #[must_use]
    pub fn is_duplicate_of(&self, table: &str, column: &str) -> bool {
        match self {
            Self::UniqueViolation { rule } => *rule == format!("{table}_{column}_key") || *rule == format!("{table}.{column}"),
            Self::ForeignKeyViolation | Self::Dependency(_) => false,
        }
    }

    /// The error of a statement that had not finished when its time was up.
    pub(super) fn timed_out() -> Self {
        Self::Dependency(DependencyError::unavailable("database", "a statement took longer than its time limit"))
    }
}

impl From<SqlError> for DependencyError {
    /// For statements that no rule of the schema stands against: a violation is then a fault of ours.
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Dependency(error) => error,
            violation @ (SqlError::UniqueViolation { .. } | SqlError::ForeignKeyViolation) => Self::failed("database", violation),
        }
    }
}

impl From<DieselError> for SqlError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return Self::Dependency(match error {
                DieselError::BrokenTransactionManager => DependencyError::unavailable("database", error),
                _ => DependencyError::failed("database", error),
            });
        };
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::UniqueViolation {
                rule: information.constraint_name().unwrap_or_else(|| sqlite_columns(information.message())).to_owned(),
            },
            DatabaseErrorKind::ForeignKeyViolation => Self::ForeignKeyViolation,
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction
            | DatabaseErrorKind::ClosedConnection => Self::Dependency(DependencyError::unavailable("database", error)),
            _ if is_passing(information.message()) => Self::Dependency(DependencyError::unavailable("database", error)),
            _ => Self::Dependency(DependencyError::failed("database", error)),
        }
    }
}

/// The columns in SQLite's `UNIQUE constraint failed: books.isbn`.
fn sqlite_columns(message: &str) -> &str {
    message.strip_prefix("UNIQUE constraint failed: ").unwrap_or(message)
}

/// Whether this is the message of an error that diesel has no kind for, and that passes: a server that shuts down or starts, a
/// time limit of the server's, a lock or a full disk of SQLite's.
fn is_passing(message: &str) -> bool {
    const PASSING: [&str; 11] = [
        "connection closed",
        "terminating connection",
        "the database system is",
        "canceling statement due to",
        "too many clients",
        "remaining connection slots",
        "deadlock detected",
        "database is locked",
        "database table is locked",
        "disk I/O error",
        "database or disk is full",
    ];
    PASSING.iter().any(|passing| message.contains(passing))
}
