/// A setting that an operator may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the environment and in `.env`.
    pub name: &'static str,
    /// What it is where nobody gives it; `None` where there is no default.
    pub default: Option<&'static str>,
    /// What it may be.
    pub rule: &'static str,
}

/// Declares each variable once: as a constant that the code names it by, and as a row of the table of all.
macro_rules! variables {
    ($($name:ident = $default:expr, $rule:literal;)+) => {
        $(pub(super) const $name: Variable = Variable { name: stringify!($name), default: $default, rule: $rule };)+

        /// Every setting that there is. A key in `.env` that is none of these stops the start.
        pub const VARIABLES: &[Variable] = &[$($name),+];
    };
}

variables! {
    DATABASE_URL = None, "postgres://…, postgresql://…, sqlite://path, or sqlite::memory:";
    REDIS_URL = None, "redis://…, rediss://…, unix://…, or memory:// for a cache in this process";
    REDIS_CA_FILE = None, "the path of the certificates of authorities, in PEM, that are trusted for rediss:// in place of the machine's";
    JWT_SECRET_KEY = None, "at least 32 bytes; required with HS256, HS384 and HS512";
    JWT_PRIVATE_KEY_FILE = None, "the path of an RSA key in PEM; required with RS256, RS384 and RS512";
    JWT_PUBLIC_KEY_FILE = None, "the path of the public key that matches JWT_PRIVATE_KEY_FILE; required with RS256, RS384 and RS512";
    JWT_PREVIOUS_SECRET_KEY = None, "at least 32 bytes, with HS256, HS384 and HS512; another key whose tokens are accepted, while keys are changed";
    JWT_PREVIOUS_PUBLIC_KEY_FILE = None, "the path of an RSA public key in PEM, with RS256, RS384 and RS512; another key whose tokens are accepted, while keys are changed";
    ENVIRONMENT = Some("test"), "dev, test or prod";
    DOCS_ENABLED = None, "true or false; true unless ENVIRONMENT is prod";
    HOST = Some("127.0.0.1"), "the address to listen on";
    PORT = Some("8000"), "a port, 0 to 65535; 0 lets the system choose";
    METRICS_ADDR = None, "host:port to serve /metrics and the probes on; without it, /metrics is served with everything else";
    RATE_LIMIT = Some("on"), "on or off; off counts no requests, and lets whoever guesses at passwords go on without a wait";
    RATE_LIMIT_PER_MINUTE = Some("600"), "how many requests a caller has a minute, a whole number greater than 0";
    TRUSTED_PROXIES = None, "the proxies whose X-Forwarded-For counts: addresses or ranges such as 10.0.0.0/8, with commas between them";
    CACHE_TTL = Some("300"), "a whole number of seconds, greater than 0";
    ACCESS_TOKEN_TTL_MINUTES = Some("15"), "a whole number of minutes, greater than 0";
    REFRESH_TOKEN_TTL_DAYS = Some("30"), "a whole number of days, greater than 0";
    VERIFICATION_TOKEN_TTL_HOURS = Some("24"), "a whole number of hours, greater than 0";
    PASSWORD_RESET_TOKEN_TTL_MINUTES = Some("60"), "a whole number of minutes, greater than 0";
    LOAN_PERIOD_DAYS = Some("14"), "a whole number of days, greater than 0";
    LOG_LEVEL = Some("INFO"), "DEBUG, INFO, WARNING, ERROR or CRITICAL";
    LOG_FORMAT = Some("console"), "console or json";
    JWT_ALGORITHM = Some("HS256"), "HS256, HS384, HS512, RS256, RS384 or RS512";
    APP_BASE_URL = Some("http://localhost:8000"), "an http or https URL under which clients reach the service";
    CORS_ALLOWED_ORIGINS = None, "origins such as https://app.example.com, with commas between them, whose pages may call from a browser; not *";
    MAX_CONNECTIONS = Some("900"), "a whole number, greater than 0: how many clients may be connected at once";
    SMTP_HOST = None, "the mail server's host name; without it, mail is printed to the log";
    SMTP_PORT = Some("587"), "a port, 1 to 65535";
    SMTP_FROM = Some("library@example.com"), "an email address";
    SMTP_USERNAME = None, "a user of the mail server; goes with SMTP_PASSWORD";
    SMTP_PASSWORD = None, "the user's password; goes with SMTP_USERNAME";
    SMTP_USE_TLS = Some("false"), "true or false; true insists on STARTTLS";
    SMTP_CA_FILE = None, "the path of the certificate of an authority, in PEM, that is trusted for mail besides the machine's";
    OTEL_EXPORTER_OTLP_ENDPOINT = None, "the http or https URL of an OpenTelemetry collector that takes OTLP over HTTP; without it, no traces are sent";
}
