use crate::{api::AuthApi, tokens::RefreshTokenBody};
use actix_web::{HttpResponse, web::Data};
use library_auth_domain::RefreshSecret;
use library_shared_http::{JsonBody, Problem};

/// `POST /auth/logout`
pub async fn logout(api: Data<AuthApi>, JsonBody(body): JsonBody<RefreshTokenBody>) -> Result<HttpResponse, Problem> {
    let presented = RefreshSecret::try_from(body)?;
    let use_case = api.logout.clone();
    api.writes.run(async move { use_case.execute(&presented).await }).await??;
    Ok(HttpResponse::NoContent().finish())
}
