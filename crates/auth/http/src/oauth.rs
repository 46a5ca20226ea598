//! What the endpoints of OAuth 2.0 (RFC 6749, RFC 7009) have in common: parameters in a form, and errors in JSON of OAuth's own shape.

use crate::openapi;
use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use library_shared_domain::DependencyError;
use library_shared_http::{FormBody, PrescribedBody, Problem};
use serde::Serialize;
use utoipa::ToSchema;

const NO_STORE: (header::HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
const NO_CACHE: (header::HeaderName, HeaderValue) = (header::PRAGMA, HeaderValue::from_static("no-cache"));

/// The parameters of a request to one of OAuth's endpoints.
pub struct OAuthParameters(Vec<(String, String)>);

/// Why an endpoint of OAuth does not do what it is asked for.
#[derive(Debug)]
pub enum OAuthError {
    /// The request is refused in OAuth's own words (RFC 6749, section 5.2).
    Refused(OAuthErrorBody),
    /// OAuth has no word for it: it is a problem, as everywhere else.
    Problem(Problem),
}

/// An error in OAuth's own shape (RFC 6749, section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OAuthError, examples(openapi::oauth_error))]
pub struct OAuthErrorBody {
    #[schema(schema_with = openapi::oauth_error_code, required)]
    error: &'static str,
    /// What is wrong, in a sentence for people.
    #[schema(value_type = String)]
    error_description: &'static str,
}

impl OAuthParameters {
    /// The parameters in the body. Those without a value count as left out, and those that are not `known` are passed over (RFC
    /// 6749, section 3.2), also where they are repeated, as other standards allow it to theirs.
    ///
    /// # Errors
    /// `invalid_request` where the body is no form, or a known parameter is repeated.
    pub fn read(body: Result<FormBody, Problem>, known: &[&str]) -> Result<Self, OAuthError> {
        let FormBody(mut parameters) = body.map_err(OAuthError::of_body)?;
        parameters.retain(|(name, value)| known.contains(&name.as_str()) && !value.is_empty());
        let is_repeated = |name: &&str| parameters.iter().filter(|(given, _)| given == name).count() > 1;
        if known.iter().any(is_repeated) {
            return Err(OAuthError::invalid_request("A parameter must not be given more than once."));
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter that must be given, or says that it is `missing`.
    pub fn take(&mut self, name: &str, missing: &'static str) -> Result<String, OAuthError> {
        let place = self.0.iter().position(|(given, _)| given == name);
        place.map(|place| self.0.swap_remove(place).1).ok_or_else(|| OAuthError::invalid_request(missing))
    }

    /// Refuses whoever asks for a scope, for there are none: what they get would be another one, of which they would have to be told (RFC
    /// 6749, section 3.3).
    ///
    /// # Errors
    /// `invalid_scope`.
    pub fn refuse_scope(&self) -> Result<(), OAuthError> {
        let is_scope = |(name, value): &(String, String)| name == "scope" && !value.trim().is_empty();
        if self.0.iter().any(is_scope) { Err(OAuthError::invalid_scope("There are no scopes.")) } else { Ok(()) }
    }
}

impl OAuthError {
    /// A parameter is missing, repeated or malformed.
    pub const fn invalid_request(error_description: &'static str) -> Self {
        Self::Refused(OAuthErrorBody { error: "invalid_request", error_description })
    }

    /// The credentials or the refresh token are not good.
    pub const fn invalid_grant(error_description: &'static str) -> Self {
        Self::Refused(OAuthErrorBody { error: "invalid_grant", error_description })
    }

    /// There is no such scope.
    pub const fn invalid_scope(error_description: &'static str) -> Self {
        Self::Refused(OAuthErrorBody { error: "invalid_scope", error_description })
    }

    /// Tokens are not given for this sort of grant.
    pub const fn unsupported_grant_type(error_description: &'static str) -> Self {
        Self::Refused(OAuthErrorBody { error: "unsupported_grant_type", error_description })
    }

    fn of_body(problem: Problem) -> Self {
        match problem.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::invalid_request("The body must be of the type application/x-www-form-urlencoded, and not compressed.")
            }
            StatusCode::BAD_REQUEST => Self::invalid_request("The body cannot be read as a form."),
            _ => Self::Problem(problem),
        }
    }

    /// The answer: 400, in OAuth's shape.
    ///
    /// # Errors
    /// The problem, where it is one.
    pub fn into_response(self) -> Result<HttpResponse, Problem> {
        match self {
            Self::Refused(body) => {
                let mut response = HttpResponse::BadRequest().insert_header(NO_STORE).insert_header(NO_CACHE).json(body);
                response.extensions_mut().insert(PrescribedBody);
                Ok(response)
            }
            Self::Problem(problem) => Err(problem),
        }
    }
}

impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<DependencyError> for OAuthError {
    fn from(error: DependencyError) -> Self {
        Self::Problem(error.into())
    }
}

/// 200 that nobody on the way may keep (RFC 6749, section 5.1), with this body or none.
pub fn oauth_response(body: Option<impl Serialize>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header(NO_STORE).insert_header(NO_CACHE);
    match body {
        Some(body) => response.json(body),
        None => response.finish(),
    }
}

#[cfg(test)]
mod tests;
