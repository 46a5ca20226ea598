use crate::{
    api::AuthApi,
    tokens::{RefreshTokenBody, token_response},
};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::RefreshTokensError;
use library_auth_domain::RefreshSecret;
use library_shared_http::{JsonBody, Problem};

/// `POST /auth/refresh`
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
