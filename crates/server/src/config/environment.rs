use super::{
    dev,
    parse::Reader,
    variables::{APP_BASE_URL, DATABASE_URL, DOCS_ENABLED, ENVIRONMENT, JWT_PREVIOUS_SECRET_KEY, JWT_SECRET_KEY, SMTP_HOST},
};
use std::fmt;
use url::Url;

/// What a server is for, which decides how much it tells and what it insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Somebody works on it: errors tell their cause.
    Dev,
    /// It tells no causes, and insists on nothing.
    Test,
    /// Members use it: it does not start with what is for development, and does not show its document unless asked to.
    Prod,
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Prod => "prod",
        })
    }
}

impl Reader {
    pub(super) fn environment(&mut self) -> Option<Environment> {
        self.required(ENVIRONMENT, |text| match text {
            "dev" => Some(Environment::Dev),
            "test" => Some(Environment::Test),
            "prod" => Some(Environment::Prod),
            _ => None,
        })
    }

    pub(super) fn docs_enabled(&mut self, environment: Environment) -> Option<bool> {
        match self.text(DOCS_ENABLED) {
            None => Some(environment != Environment::Prod),
            Some(_) => self.required(DOCS_ENABLED, |text| text.parse().ok()),
        }
    }

    /// Notes what a production lacks.
    pub(super) fn insist_on_production(&mut self, app_base_url: Option<&Url>) {
        if app_base_url.is_some_and(|url| url.scheme() != "https") {
            self.refuse::<()>(APP_BASE_URL, "must be an https URL where ENVIRONMENT is prod");
        }
        if self.text(SMTP_HOST).is_none() {
            self.refuse::<()>(SMTP_HOST, "is required where ENVIRONMENT is prod: printed mail reaches nobody");
        }
        let database_url = self.text(DATABASE_URL);
        for variable in [JWT_SECRET_KEY, JWT_PREVIOUS_SECRET_KEY] {
            if self.text(variable).is_some_and(|secret| dev::is_development_key(&secret, database_url.as_ref())) {
                self.refuse::<()>(variable, "must not be a key for development where ENVIRONMENT is prod");
            }
        }
    }
}
