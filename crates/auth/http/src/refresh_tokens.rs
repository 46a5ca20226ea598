use crate::{
    api::AuthApi,
    openapi,
    tokens::{RefreshTokenBody, TokenPairBody, token_response},
};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::RefreshTokensError;
use library_auth_domain::RefreshSecret;
use library_shared_http::{JsonBody, Problem};

/// `POST /auth/refresh`
#[utoipa::path(
    post,
    path = "/auth/refresh",
    tag = openapi::SESSIONS,
    summary = "Exchange a refresh token",
    description = "Gives a new pair for a refresh token, which is good for one use. Presenting a used one more than ten seconds later \
                   ends the whole session.",
    request_body(content = RefreshTokenBody, description = "The refresh token."),
    responses(
        (
            status = 200,
            description = "The new tokens of the session.",
            body = TokenPairBody,
            headers(("Cache-Control" = String, description = "`no-store`: nobody on the way may keep the tokens.")),
            links(
                ("refresh_tokens" = (operation_id = "refresh_tokens", request_body = "$response.body")),
                ("logout" = (operation_id = "logout", request_body = "$response.body")),
            ),
        ),
        (
            status = 401,
            description = "The refresh token is unknown, expired, revoked or used before.",
            body = Problem,
            headers(("WWW-Authenticate" = String, description = "How to prove who calls.")),
            example = json!(problem(RefreshTokensError::InvalidToken)),
        ),
    ),
)]
pub async fn refresh_tokens(api: Data<AuthApi>, JsonBody(body): JsonBody<RefreshTokenBody>) -> Result<HttpResponse, Problem> {
    let presented = RefreshSecret::try_from(body)?;
    let use_case = api.refresh_tokens.clone();
    let pair = api.writes.run(async move { use_case.execute(&presented).await }).await?.map_err(problem)?;
    Ok(token_response(&pair))
}

fn problem(error: RefreshTokensError) -> Problem {
    match error {
        RefreshTokensError::InvalidToken => Problem::unauthorized("The refresh token is not valid, or no longer."),
        RefreshTokensError::Dependency(error) => error.into(),
    }
}
