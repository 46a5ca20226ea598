use super::tls::{Tls, TlsMode};
use crate::tls::InvalidAuthorities;
use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};
use url::{Url, form_urlencoded};

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A PostgreSQL server's database.
    Postgres(Box<PostgresUrl>),
    /// A file of SQLite's.
    SqliteFile(PathBuf),
    /// A SQLite database that lives and dies with this process.
    SqliteMemory,
}

/// Where a database of PostgreSQL's is, and how the connection to it is encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    url: Url,
    config: Arc<tokio_postgres::Config>,
    tls: Tls,
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
    /// It asks for a kind of TLS that there is not.
    #[error("must have an sslmode of disable, prefer, require, verify-ca or verify-full")]
    TlsMode,
    /// It names authorities, and does not ask for the certificate to be judged by them.
    #[error("must not have an sslrootcert without an sslmode of require, verify-ca or verify-full")]
    Authorities,
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
        PostgresUrl::parse(text).map(|url| Self::Postgres(Box::new(url)))
    }
}

impl DatabaseUrl {
    /// Makes sure that the file of `sslrootcert`, if there is one, can be used.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn check_authorities(&self) -> Result<(), InvalidAuthorities> {
        match self {
            Self::Postgres(address) => address.tls.connector().map(drop),
            Self::SqliteFile(_) | Self::SqliteMemory => Ok(()),
        }
    }
}

impl PostgresUrl {
    fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let mut url = Url::parse(text).map_err(|_| InvalidDatabaseUrl::Malformed)?;
        let tls = take_tls(&mut url)?;
        let mut config: tokio_postgres::Config = url.as_str().parse().map_err(|_| InvalidDatabaseUrl::Malformed)?;
        config.ssl_mode(tls.ssl_mode());
        if url.host_str().is_none_or(str::is_empty) {
            return Err(InvalidDatabaseUrl::Malformed);
        }
        Ok(Self { url, config: Arc::new(config), tls })
    }

    /// What the driver connects with.
    pub(super) const fn config(&self) -> &Arc<tokio_postgres::Config> {
        &self.config
    }

    /// How it is encrypted.
    pub(super) const fn tls(&self) -> &Tls {
        &self.tls
    }
}

/// Takes the parameters out that say how the connection is encrypted, for the driver knows some of their values only. What is left
/// stays letter by letter.
fn take_tls(url: &mut Url) -> Result<Tls, InvalidDatabaseUrl> {
    let (mut mode, mut authorities, mut left) = (TlsMode::Prefer, None, Vec::new());
    for parameter in url.query().unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()) {
        // To libpq a plus is a plus, as in the path of a file.
        match form_urlencoded::parse(parameter.replace('+', "%2B").as_bytes()).next() {
            Some((name, value)) if name == "sslmode" => mode = value.parse().map_err(|()| InvalidDatabaseUrl::TlsMode)?,
            Some((name, value)) if name == "sslrootcert" => authorities = Some(value.into_owned()),
            _ => left.push(parameter.to_owned()),
        }
    }
    if authorities.is_some() && matches!(mode, TlsMode::Disable | TlsMode::Prefer) {
        return Err(InvalidDatabaseUrl::Authorities);
    }
    url.set_query((!left.is_empty()).then(|| left.join("&")).as_deref());
    // libpq's word for those of the machine.
    Ok(Tls { mode, authorities: authorities.filter(|file| file != "system").map(PathBuf::from) })
}

impl fmt::Display for DatabaseUrl {
    /// The URL without its password and parameters, for messages.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(address) => {
                let url = &address.url;
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
    use super::{DatabaseUrl, InvalidDatabaseUrl, Tls, TlsMode};
    use rstest::rstest;
    use tokio_postgres::config::SslMode;

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
    #[case("postgres://localhost/library?sslmode=perhaps", InvalidDatabaseUrl::TlsMode)]
    #[case("postgres://localhost/library?sslmode=allow", InvalidDatabaseUrl::TlsMode)]
    #[case("postgres://localhost/library?sslrootcert=/ca.pem", InvalidDatabaseUrl::Authorities)]
    #[case("postgres://localhost/library?sslmode=disable&sslrootcert=/ca.pem", InvalidDatabaseUrl::Authorities)]
    #[case("postgres://localhost/library?sslcert=/mine.pem", InvalidDatabaseUrl::Malformed)]
    #[case("postgres://local host/", InvalidDatabaseUrl::Malformed)]
    fn what_names_no_database_is_refused(#[case] text: &str, #[case] error: InvalidDatabaseUrl) {
        assert_eq!(text.parse::<DatabaseUrl>(), Err(error));
    }

    #[rstest]
    #[case("", TlsMode::Prefer, None, SslMode::Prefer)]
    #[case("?sslmode=disable", TlsMode::Disable, None, SslMode::Disable)]
    #[case("?sslmode=prefer", TlsMode::Prefer, None, SslMode::Prefer)]
    #[case("?sslmode=require", TlsMode::VerifyName, None, SslMode::Require)]
    #[case("?sslmode=verify-full&sslrootcert=system", TlsMode::VerifyName, None, SslMode::Require)]
    #[case("?sslrootcert=%2Fetc%2Fa+b.pem&sslmode=verify-ca", TlsMode::VerifyAuthority, Some("/etc/a+b.pem"), SslMode::Require)]
    fn how_it_is_encrypted_is_said_in_the_words_of_libpq(
        #[case] query: &str,
        #[case] mode: TlsMode,
        #[case] authorities: Option<&str>,
        #[case] told: SslMode,
    ) {
        let url = format!("postgres://localhost/library{query}").parse::<DatabaseUrl>().expect("a database's URL");
        let DatabaseUrl::Postgres(url) = url else { panic!("it is PostgreSQL's") };
        assert_eq!(url.tls(), &Tls { mode, authorities: authorities.map(Into::into) });
        assert_eq!(url.config().get_ssl_mode(), told);
    }

    #[test]
    fn what_else_is_said_is_left_as_it_is() {
        let text = "postgres://localhost/library?application_name=a%20b&sslmode=require&options=-c%20jit%3Doff";
        let DatabaseUrl::Postgres(url) = text.parse().expect("a database's URL") else { panic!("it is PostgreSQL's") };
        assert_eq!((url.config().get_application_name(), url.config().get_options()), (Some("a b"), Some("-c jit=off")));
    }
}
