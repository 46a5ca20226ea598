use crate::{
    api::AuthApi,
    login::too_many_failures,
    oauth::{OAuthError, OAuthErrorBody, OAuthParameters, oauth_response},
    openapi,
    tokens::BEARER,
};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::{LoginCommand, LoginError, RefreshTokensError, TokenPair};
use library_auth_domain::RefreshSecret;
use library_shared_http::{FormBody, Problem};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

/// The parameters of RFC 6749 that clients send here. Nobody registers a client: what is said of one is passed over.
const KNOWN: &[&str] = &["grant_type", "username", "password", "refresh_token", "scope", "client_id", "client_secret"];

/// What tokens are given for: a password (RFC 6749, section 4.3.2) or a refresh token (section 6).
#[derive(ToSchema)]
#[schema(as = Grant, examples(openapi::grant))]
#[expect(dead_code, reason = "it is there for its schema; the parameters of a form are judged one by one")]
pub struct GrantForm {
    #[schema(schema_with = openapi::grant_type, required)]
    grant_type: String,
    #[schema(schema_with = openapi::username)]
    username: Option<String>,
    #[schema(schema_with = openapi::granting_password)]
    password: Option<String>,
    #[schema(schema_with = openapi::granting_refresh_token)]
    refresh_token: Option<String>,
}

/// The tokens of a session, as OAuth prescribes (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = AccessTokenResponse, examples(openapi::access_token_response))]
pub struct AccessTokenResponseBody<'a> {
    /// Proves who calls: `Authorization: Bearer …`.
    access_token: &'a str,
    #[schema(schema_with = openapi::bearer, required)]
    token_type: &'static str,
    /// For how many seconds the access token is good.
    #[schema(minimum = 1)]
    expires_in: i64,
    /// Good for one exchange.
    refresh_token: &'a str,
}

impl<'a> From<&'a TokenPair> for AccessTokenResponseBody<'a> {
    fn from(pair: &'a TokenPair) -> Self {
        Self {
            access_token: pair.access_token.expose(),
            token_type: BEARER,
            expires_in: pair.expires_in.whole_seconds(),
            refresh_token: pair.refresh_token.expose(),
        }
    }
}

/// `POST /auth/token`: the token endpoint of OAuth 2.0 (RFC 6749, section 3.2).
#[utoipa::path(
    post,
    path = "/auth/token",
    tag = openapi::SESSIONS,
    summary = "Get tokens as OAuth's tools do",
    description = "The token endpoint of OAuth 2.0 (RFC 6749): does what `/auth/login` and `/auth/refresh` do, for the grants `password` \
                   and `refresh_token`. There are no registered clients: `client_id`, `client_secret` and a header `Authorization` are \
                   passed over. Nor are there scopes: who asks for one is refused.",
    request_body(
        description = "The grant.",
        content((GrantForm = "application/x-www-form-urlencoded")),
    ),
    responses(
        (
            status = 200,
            description = "The tokens of the session.",
            body = AccessTokenResponseBody,
            headers(
                ("Cache-Control" = String, description = "`no-store`: nobody on the way may keep the tokens."),
                ("Pragma" = String, description = "`no-cache`, for what is older than `Cache-Control`."),
            ),
            links(
                ("refresh_tokens" = (operation_id = "refresh_tokens", request_body = "$response.body")),
                ("logout" = (operation_id = "logout", request_body = "$response.body")),
            ),
        ),
        (
            status = 400,
            description = "A parameter is missing, repeated or malformed, or the body no form (`invalid_request`); another grant \
                           (`unsupported_grant_type`); a scope (`invalid_scope`); wrong credentials, or a refresh token that is unknown, expired, revoked or used \
                           before (`invalid_grant`).",
            body = OAuthErrorBody,
            headers(
                ("Cache-Control" = String, description = "`no-store`."),
                ("Pragma" = String, description = "`no-cache`."),
            ),
        ),
    ),
)]
pub async fn exchange_grant(api: Data<AuthApi>, body: Result<FormBody, Problem>) -> Result<HttpResponse, Problem> {
    match exchange(&api, body).await {
        Ok(pair) => Ok(oauth_response(Some(AccessTokenResponseBody::from(&pair)))),
        Err(error) => error.into_response(),
    }
}

async fn exchange(api: &AuthApi, body: Result<FormBody, Problem>) -> Result<TokenPair, OAuthError> {
    let mut parameters = OAuthParameters::read(body, KNOWN)?;
    parameters.refuse_scope()?;
    match parameters.take("grant_type", "The parameter grant_type is missing.")?.as_str() {
        "password" => {
            let username = parameters.take("username", "The parameter username is missing.")?;
            let password = parameters.take("password", "The parameter password is missing.")?;
            let command = LoginCommand { email: username.trim().to_owned(), password: SecretString::from(password) };
            let use_case = api.login.clone();
            Ok(api.writes.run(async move { use_case.execute(command).await }).await??)
        }
        "refresh_token" => {
            let presented = parameters.take("refresh_token", "The parameter refresh_token is missing.")?;
            let presented = RefreshSecret::from_text(presented.trim().to_owned());
            let use_case = api.refresh_tokens.clone();
            Ok(api.writes.run(async move { use_case.execute(&presented).await }).await??)
        }
        _ => Err(OAuthError::unsupported_grant_type("The grant_type must be password or refresh_token.")),
    }
}

impl From<LoginError> for OAuthError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::NotAnAddress { .. } => Self::invalid_grant("The username must be an email address."),
            LoginError::WrongCredentials => Self::invalid_grant("The email address or the password is wrong."),
            LoginError::TooManyFailures(refusal) => too_many_failures(refusal.wait.unsigned_abs()).into(),
            LoginError::Dependency(error) => error.into(),
        }
    }
}

impl From<RefreshTokensError> for OAuthError {
    fn from(error: RefreshTokensError) -> Self {
        match error {
            RefreshTokensError::InvalidToken => Self::invalid_grant("The refresh token is not valid, or no longer."),
            RefreshTokensError::Dependency(error) => error.into(),
        }
    }
}
