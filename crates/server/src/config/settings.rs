use super::{
    ConfigProblems, Environment, Origin, Sources, Variable,
    parse::Reader,
    variables::{
        ACCESS_TOKEN_TTL_MINUTES, APP_BASE_URL, CACHE_TTL, CORS_ALLOWED_ORIGINS, DATABASE_URL, HOST, LOAN_PERIOD_DAYS,
        LOG_FORMAT, LOG_LEVEL, MAX_CONNECTIONS, METRICS_ADDR, OTEL_EXPORTER_OTLP_ENDPOINT, PASSWORD_RESET_TOKEN_TTL_MINUTES,
        PORT, RATE_LIMIT, RATE_LIMIT_PER_MINUTE, REDIS_CA_FILE, REDIS_URL, REFRESH_TOKEN_TTL_DAYS, SMTP_CA_FILE, SMTP_FROM,
        SMTP_HOST, SMTP_PASSWORD, SMTP_PORT, SMTP_USE_TLS, SMTP_USERNAME, TRUSTED_PROXIES, VERIFICATION_TOKEN_TTL_HOURS,
    },
};
use library_auth_app::RefreshTokenLifetime;
use library_loan_domain::LoanPeriod;
use library_notification_infra::{SmtpNotifier, SmtpSettings};
use library_shared_http::TrustedProxies;
use library_shared_infra::{JwtKeys, database::DatabaseUrl, read_authorities, redis::RedisAddress};
use std::{
    num::{NonZeroU32, NonZeroUsize},
    path::Path,
    time::Duration,
};
use url::Url;

/// Every setting, checked and ready to use.
pub struct Settings {
    /// What the server is for.
    pub environment: Environment,
    /// Whether it serves the document of the API, and the pages that show it.
    pub docs_enabled: bool,
    /// Where the database is.
    pub database_url: DatabaseUrl,
    /// Where the cache is.
    pub cache: CacheLocation,
    /// Where the metrics are served, if they have an address of their own.
    pub metrics_address: Option<Address>,
    /// For how long a value is cached.
    pub cache_ttl: Duration,
    /// What tokens are signed and checked with.
    pub jwt_keys: JwtKeys,
    /// The address to listen on.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// How many requests a caller has a minute; `None` where neither these nor failed logins are limited.
    pub requests_per_minute: Option<NonZeroU32>,
    /// The proxies whose word on the client's address counts.
    pub trusted_proxies: TrustedProxies,
    /// For how long an access token is good.
    pub access_token_ttl: time::Duration,
    /// For how long a refresh token is good.
    pub refresh_token_ttl: RefreshTokenLifetime,
    /// For how long a verification token is good.
    pub verification_token_ttl: time::Duration,
    /// For how long a password reset token is good.
    pub password_reset_token_ttl: time::Duration,
    /// For how long a book is lent.
    pub loan_period: LoanPeriod,
    /// What is logged.
    pub log_level: LogLevel,
    /// How it is logged.
    pub log_format: LogFormat,
    /// The URL under which clients reach the service.
    pub app_base_url: Url,
    /// Where traces are sent, if anywhere.
    pub trace_collector: Option<Url>,
    /// Whose pages may call from a browser.
    pub cors_allowed_origins: Vec<Origin>,
    /// How many clients may be connected at once.
    pub max_connections: NonZeroUsize,
    /// The mail server, if there is one.
    pub smtp: Option<SmtpSettings>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name or an address.
    pub host: String,
    /// 0 lets the system choose.
    pub port: u16,
}

/// Where the cache is.
#[derive(Clone, PartialEq, Eq)]
pub enum CacheLocation {
    /// In this process.
    InProcess,
    /// In the Redis at this address.
    Redis(RedisAddress),
}

/// What is logged: this and all that is graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Details of the library's own code.
    Debug,
    /// What happens.
    Info,
    /// What an operator should look at.
    Warning,
    /// What failed.
    Error,
}

/// How it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Console,
    /// For machines: a JSON object a line.
    Json,
}

impl Settings {
    /// Reads and checks every setting.
    ///
    /// # Errors
    /// With everything that is wrong, by variable.
    pub fn load(sources: &Sources) -> Result<Self, ConfigProblems> {
        let mut reader = reader(sources);
        let settings = reader.settings();
        match settings {
            Some(settings) if reader.problems.0.is_empty() => Ok(settings),
            _ => Err(reader.problems),
        }
    }

    /// Reads and checks where the database is, for commands that need nothing else.
    ///
    /// # Errors
    /// With everything that is wrong about it.
    pub fn load_database_url(sources: &Sources) -> Result<DatabaseUrl, ConfigProblems> {
        let mut reader = reader(sources);
        let url = reader.database_url();
        url.filter(|_| reader.problems.0.is_empty()).ok_or(reader.problems)
    }

    /// Reads and checks where the server listens, for commands that need nothing else.
    ///
    /// # Errors
    /// With everything that is wrong about it.
    pub fn load_address(sources: &Sources) -> Result<Address, ConfigProblems> {
        let mut reader = reader(sources);
        let (host, port) = (reader.host(), reader.required(PORT, |text| text.parse().ok()));
        let address = host.zip(port).map(|(host, port)| Address { host, port });
        address.filter(|_| reader.problems.0.is_empty()).ok_or(reader.problems)
    }

    /// Reads and checks where the metrics are served, for commands that need nothing else.
    ///
    /// # Errors
    /// With everything that is wrong about it.
    pub fn load_metrics_address(sources: &Sources) -> Result<Address, ConfigProblems> {
        let mut reader = reader(sources);
        let address = reader.required(METRICS_ADDR, address);
        address.filter(|_| reader.problems.0.is_empty()).ok_or(reader.problems)
    }
}

fn reader(sources: &Sources) -> Reader {
    let mut problems = ConfigProblems::default();
    let values = sources.values(&mut problems);
    Reader { values, problems }
}

impl Reader {
    fn settings(&mut self) -> Option<Settings> {
        let environment = self.environment();
        let docs_enabled = self.docs_enabled(environment.unwrap_or(Environment::Test));
        let database_url = self.database_url();
        let cache = self.cache();
        let jwt_keys = self.jwt_keys();
        let host = self.host();
        let port = self.required(PORT, |text| text.parse().ok());
        let metrics_address = self.given(METRICS_ADDR, address);
        let cache_ttl = self.positive::<u32>(CACHE_TTL);
        let requests_per_minute = self.requests_per_minute();
        let trusted_proxies = self.given(TRUSTED_PROXIES, |text| text.parse().ok()).unwrap_or_default();
        let access_token_ttl = self.positive::<u32>(ACCESS_TOKEN_TTL_MINUTES);
        let refresh_token_ttl = self.positive::<u16>(REFRESH_TOKEN_TTL_DAYS);
        let verification_token_ttl = self.positive::<u16>(VERIFICATION_TOKEN_TTL_HOURS);
        let password_reset_token_ttl = self.positive::<u16>(PASSWORD_RESET_TOKEN_TTL_MINUTES);
        let loan_period = self.positive::<u16>(LOAN_PERIOD_DAYS);
        let log_level = self.required(LOG_LEVEL, log_level);
        let log_format = self.required(LOG_FORMAT, log_format);
        let app_base_url = self.required(APP_BASE_URL, base_url);
        let trace_collector = self.given(OTEL_EXPORTER_OTLP_ENDPOINT, base_url);
        let cors_allowed_origins = self.given(CORS_ALLOWED_ORIGINS, origins).unwrap_or_default();
        let max_connections = self.required(MAX_CONNECTIONS, |text| text.parse().ok());
        let smtp = self.smtp();
        if environment == Some(Environment::Prod) {
            self.insist_on_production(app_base_url.as_ref());
        }
        Some(Settings {
            environment: environment?,
            docs_enabled: docs_enabled?,
            database_url: database_url?,
            cache: cache?,
            metrics_address,
            cache_ttl: Duration::from_secs(cache_ttl?.into()),
            jwt_keys: jwt_keys?,
            host: host?,
            port: port?,
            requests_per_minute: requests_per_minute?,
            trusted_proxies,
            access_token_ttl: time::Duration::minutes(access_token_ttl?.into()),
            refresh_token_ttl: RefreshTokenLifetime::from_days(refresh_token_ttl?),
            verification_token_ttl: time::Duration::hours(verification_token_ttl?.into()),
            password_reset_token_ttl: time::Duration::minutes(password_reset_token_ttl?.into()),
            loan_period: LoanPeriod::from_days(loan_period?).ok()?,
            log_level: log_level?,
            log_format: log_format?,
            app_base_url: app_base_url?,
            trace_collector,
            cors_allowed_origins,
            max_connections: max_connections?,
            smtp: smtp?,
        })
    }

    fn database_url(&mut self) -> Option<DatabaseUrl> {
        let url = self.required(DATABASE_URL, |text| text.parse::<DatabaseUrl>().ok())?;
        match url.check_authorities() {
            Ok(()) => Some(url),
            Err(error) => self.refuse(DATABASE_URL, &format!("{error}, by sslrootcert")),
        }
    }

    fn cache(&mut self) -> Option<CacheLocation> {
        let location = self.required(REDIS_URL, cache_location);
        let authorities = self.authorities(REDIS_CA_FILE);
        match (location?, authorities) {
            (CacheLocation::Redis(address), Some(authorities)) => match address.trusting(authorities) {
                address if address.is_valid() => Some(CacheLocation::Redis(address)),
                _ => self.refuse(REDIS_CA_FILE, "goes with a REDIS_URL of rediss:// alone"),
            },
            (CacheLocation::InProcess, Some(_)) => self.refuse(REDIS_CA_FILE, "goes with a REDIS_URL of rediss:// alone"),
            (location, None) => Some(location),
        }
    }

    /// Authorities that are trusted in place of the machine's, where there are any.
    fn authorities(&mut self, variable: Variable) -> Option<Vec<u8>> {
        self.given(variable, |path| read_authorities(Path::new(path)).ok())
    }

    fn host(&mut self) -> Option<String> {
        self.required(HOST, |text| (!text.contains(char::is_whitespace)).then(|| text.to_owned()))
    }

    /// The outer `None` is a problem, the inner one the absence of limits.
    #[expect(clippy::option_option, reason = "a problem is one thing, and no limits are another")]
    fn requests_per_minute(&mut self) -> Option<Option<NonZeroU32>> {
        let is_on = self.required(RATE_LIMIT, |text| match text {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        });
        let requests = self.required(RATE_LIMIT_PER_MINUTE, |text| text.parse().ok());
        Some(is_on?.then_some(requests?))
    }

    /// The outer `None` is a problem, the inner one the absence of a mail server.
    #[expect(clippy::option_option, reason = "a problem is one thing, and no mail server is another")]
    fn smtp(&mut self) -> Option<Option<SmtpSettings>> {
        let port = self.positive(SMTP_PORT);
        let from = self.required(SMTP_FROM, |text| SmtpNotifier::is_sender(text).then(|| text.to_owned()));
        let use_tls = self.required(SMTP_USE_TLS, |text| text.parse().ok());
        let credentials = self.smtp_credentials();
        let extra_root_certificate = self.authorities(SMTP_CA_FILE);
        let Some(host) = self.text(SMTP_HOST) else { return self.nowhere_to_log_in(credentials?.as_ref()) };
        let (port, from, credentials, use_tls) = (port?, from?, credentials?, use_tls?);
        let limit = SmtpSettings::DEFAULT_LIMIT;
        let settings = SmtpSettings { host, port, from, credentials, use_tls, extra_root_certificate, limit };
        match SmtpNotifier::new(&settings) {
            Ok(_) => Some(Some(settings)),
            Err(_) => self.refuse(SMTP_HOST, &format!("must be {}", SMTP_HOST.rule)),
        }
    }

    /// Without a mail server mails are printed to the log, which nobody means who gives a password for one.
    #[expect(clippy::option_option, reason = "a problem is one thing, and no mail server is another")]
    fn nowhere_to_log_in(&mut self, credentials: Option<&(String, String)>) -> Option<Option<SmtpSettings>> {
        match credentials {
            None => Some(None),
            Some(_) => self.refuse(SMTP_HOST, "is required with SMTP_USERNAME"),
        }
    }

    /// The outer `None` is a problem, the inner one the absence of credentials.
    #[expect(clippy::option_option, reason = "a problem is one thing, and no credentials are another")]
    fn smtp_credentials(&mut self) -> Option<Option<(String, String)>> {
        match (self.text(SMTP_USERNAME), self.text(SMTP_PASSWORD)) {
            (Some(username), Some(password)) => Some(Some((username, password))),
            (None, None) => Some(None),
            (Some(_), None) => self.refuse(SMTP_PASSWORD, "is required with SMTP_USERNAME"),
            (None, Some(_)) => self.refuse(SMTP_USERNAME, "is required with SMTP_PASSWORD"),
        }
    }
}

/// An IPv6 address stands in brackets, as in a URL.
fn address(text: &str) -> Option<Address> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host.strip_prefix('[').map_or(Some(host), |host| host.strip_suffix(']').filter(|host| host.contains(':')))?;
    let is_host = !host.is_empty() && !host.contains(|character: char| character.is_whitespace() || "[]/".contains(character));
    let is_bare_ipv6 = host.contains(':') && !text.starts_with('[');
    let port = port.parse().ok()?;
    (is_host && !is_bare_ipv6).then(|| Address { host: host.to_owned(), port })
}

fn origins(text: &str) -> Option<Vec<Origin>> {
    text.split(',').map(|origin| origin.trim().parse().ok()).collect()
}

fn cache_location(text: &str) -> Option<CacheLocation> {
    if text == "memory://" {
        return Some(CacheLocation::InProcess);
    }
    let has_scheme =
        ["redis://", "rediss://", "unix://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let address = RedisAddress::from(text);
    (has_scheme && address.is_valid()).then_some(CacheLocation::Redis(address))
}

fn log_level(text: &str) -> Option<LogLevel> {
    match text {
        "DEBUG" => Some(LogLevel::Debug),
        "INFO" => Some(LogLevel::Info),
        "WARNING" => Some(LogLevel::Warning),
        "ERROR" | "CRITICAL" => Some(LogLevel::Error),
        _ => None,
    }
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "console" => Some(LogFormat::Console),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_base = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.query().is_none()
        && url.fragment().is_none();
    is_base.then_some(url)
}
