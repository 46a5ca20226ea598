use std::{fmt, path::PathBuf, str::FromStr};
use tokio_postgres::config::SslMode;
use url::Url;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A PostgreSQL server's database.
    Postgres(Url),
    /// A file of SQLite's.
    SqliteFile(PathBuf),
    /// A SQLite database that lives and dies with this process.
    SqliteMemory,
}

/// The text is no database's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// The scheme is another, or there is none.
    #[error("must begin with postgres://, postgresql:// or sqlite://, or be sqlite::memory:")]
    Scheme,
    /// It is no URL, or names no host.
    #[error("must be a URL such as postgres://user:password@host:5432/database")]
    Malformed,
    /// It asks for TLS, which is not spoken to PostgreSQL yet.
    #[error("must not ask for sslmode=require: connections to PostgreSQL are not encrypted")]
    Tls,
    /// The path of the file is missing, or has parameters.
    #[error("must name a file, such as sqlite://library.db, without parameters")]
    Path,
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if matches!(text, "sqlite::memory:" | "sqlite://:memory:") {
            return Ok(Self::SqliteMemory);
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            let is_path = !path.is_empty() && !path.contains(['?', '#', '\0']) && !path.ends_with('/');
            return if is_path { Ok(Self::SqliteFile(path.into())) } else { Err(InvalidDatabaseUrl::Path) };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(InvalidDatabaseUrl::Scheme);
        }
        let url = Url::parse(text).map_err(|_| InvalidDatabaseUrl::Malformed)?;
        let config: tokio_postgres::Config = text.parse().map_err(|_| InvalidDatabaseUrl::Malformed)?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(InvalidDatabaseUrl::Tls);
        }
        if url.host_str().is_none_or(str::is_empty) { Err(InvalidDatabaseUrl::Malformed) } else { Ok(Self::Postgres(url)) }
    }
}

impl fmt::Display for DatabaseUrl {
    /// The URL without its password and parameters, for messages.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().unwrap_or(5432);
                write!(formatter, "postgres://{host}:{port}{}", url.path())
            }
            Self::SqliteFile(path) => write!(formatter, "sqlite://{}", path.display()),
            Self::SqliteMemory => formatter.write_str("sqlite::memory:"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::{DatabaseUrl, InvalidDatabaseUrl};
    use rstest::rstest;

    #[rstest]
    #[case("postgres://library:secret@db.example.com/library", "postgres://db.example.com:5432/library")]
    #[case("postgresql://localhost:6432/library?application_name=secret", "postgres://localhost:6432/library")]
    #[case("sqlite://library.db", "sqlite://library.db")]
    #[case("sqlite:///var/lib/library.db", "sqlite:///var/lib/library.db")]
    #[case("sqlite::memory:", "sqlite::memory:")]
    fn a_url_is_shown_without_its_secrets(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(text.parse::<DatabaseUrl>().expect("a database's URL").to_string(), shown);
    }

    #[rstest]
    #[case("", InvalidDatabaseUrl::Scheme)]
    #[case("mysql://localhost/library", InvalidDatabaseUrl::Scheme)]
    #[case("library.db", InvalidDatabaseUrl::Scheme)]
    #[case("sqlite:library.db", InvalidDatabaseUrl::Scheme)]
    #[case("sqlite://", InvalidDatabaseUrl::Path)]
    #[case("sqlite:///var/lib/", InvalidDatabaseUrl::Path)]
    #[case("sqlite://library.db?mode=ro", InvalidDatabaseUrl::Path)]
    #[case("postgres://", InvalidDatabaseUrl::Malformed)]
    #[case("postgres://localhost/library?sslmode=perhaps", InvalidDatabaseUrl::Malformed)]
    #[case("postgres://localhost/library?sslmode=require", InvalidDatabaseUrl::Tls)]
    #[case("postgres://local host/", InvalidDatabaseUrl::Malformed)]
    fn what_names_no_database_is_refused(#[case] text: &str, #[case] error: InvalidDatabaseUrl) {
        assert_eq!(text.parse::<DatabaseUrl>(), Err(error));
    }
}
