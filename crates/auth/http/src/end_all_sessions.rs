use crate::{CurrentMember, api::AuthApi, openapi};
use actix_web::{HttpResponse, web::Data};
use library_shared_http::Problem;

/// `DELETE /auth/sessions`: all of whoever calls.
#[utoipa::path(
    delete,
    path = "/auth/sessions",
    tag = openapi::SESSIONS,
    summary = "End all of one's own sessions",
    description = "Ends every session of whoever calls, verified or not, that of the request included. Nobody can renew them any more; access \
                   tokens of them stay good until they expire.",
    security(("access_token" = [])),
    responses((status = 204, description = "The sessions have ended.")),
)]
pub async fn end_all_sessions(api: Data<AuthApi>, CurrentMember(caller): CurrentMember) -> Result<HttpResponse, Problem> {
    let use_case = api.end_all_sessions.clone();
    api.writes.run(async move { use_case.execute(caller.member_id).await }).await??;
    Ok(HttpResponse::NoContent().finish())
}
