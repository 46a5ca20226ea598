use crate::{api::AuthApi, openapi, tokens::RefreshTokenBody};
use actix_web::{HttpResponse, web::Data};
use library_auth_domain::RefreshSecret;
use library_shared_http::{JsonBody, Problem};

/// `POST /auth/logout`
#[utoipa::path(
    post,
    path = "/auth/logout",
    tag = openapi::SESSIONS,
    summary = "Log out",
    description = "Ends the session of a refresh token. An access token of the session stays good until it expires.",
    request_body(content = RefreshTokenBody, description = "The refresh token."),
    responses((status = 204, description = "The session has ended, now or before, or there was none.")),
)]
pub async fn logout(api: Data<AuthApi>, JsonBody(body): JsonBody<RefreshTokenBody>) -> Result<HttpResponse, Problem> {
    let presented = RefreshSecret::try_from(body)?;
    let use_case = api.logout.clone();
    api.writes.run(async move { use_case.execute(&presented).await }).await??;
    Ok(HttpResponse::NoContent().finish())
}
