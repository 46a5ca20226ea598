use crate::{
    api::AuthApi,
    oauth::{OAuthError, OAuthErrorBody, OAuthParameters, oauth_response},
    openapi,
};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::PresentedToken;
use library_shared_http::{FormBody, Problem};
use utoipa::ToSchema;

/// The parameters of RFC 7009, and those that clients prove who they are with. The hint is not needed to tell what a token is.
const KNOWN: &[&str] = &["token", "token_type_hint", "client_id", "client_secret"];

/// What is to be revoked (RFC 7009, section 2.1).
#[derive(ToSchema)]
#[schema(as = Revocation, examples(openapi::revocation))]
#[expect(dead_code, reason = "it is there for its schema; the parameters of a form are judged one by one")]
pub struct RevocationForm {
    #[schema(schema_with = openapi::revoked_token, required)]
    token: String,
    #[schema(schema_with = openapi::token_type_hint)]
    token_type_hint: Option<String>,
}

/// `POST /auth/revoke`: the revocation endpoint of OAuth 2.0 (RFC 7009).
#[utoipa::path(
    post,
    path = "/auth/revoke",
    tag = openapi::SESSIONS,
    summary = "Revoke a token as OAuth's tools do",
    description = "The revocation endpoint of OAuth 2.0 (RFC 7009): ends the session of a refresh token, as `/auth/logout` does, or of an \
                   access token. The access tokens of the session stay good until they expire.",
    request_body(
        description = "The token.",
        content((RevocationForm = "application/x-www-form-urlencoded")),
    ),
    responses(
        (
            status = 200,
            description = "The session has ended, now or before, or there was none.",
            headers(
                ("Cache-Control" = String, description = "`no-store`."),
                ("Pragma" = String, description = "`no-cache`."),
            ),
        ),
        (
            status = 400,
            description = "The token is missing, a parameter repeated, or the body no form (`invalid_request`).",
            content((OAuthErrorBody = "application/json", example = json!(openapi::no_token()))),
            headers(
                ("Cache-Control" = String, description = "`no-store`."),
                ("Pragma" = String, description = "`no-cache`."),
            ),
        ),
    ),
)]
pub async fn revoke_token(api: Data<AuthApi>, body: Result<FormBody, Problem>) -> Result<HttpResponse, Problem> {
    match revoke(&api, body).await {
        Ok(()) => Ok(oauth_response(None::<()>)),
        Err(error) => error.into_response(),
    }
}

async fn revoke(api: &AuthApi, body: Result<FormBody, Problem>) -> Result<(), OAuthError> {
    let mut parameters = OAuthParameters::read(body, KNOWN)?;
    let token = parameters.take("token", "The parameter token is missing.")?;
    let presented = PresentedToken::from_text(token.trim().to_owned());
    let use_case = api.revoke_token.clone();
    Ok(api.writes.run(async move { use_case.execute(&presented).await }).await??)
}
