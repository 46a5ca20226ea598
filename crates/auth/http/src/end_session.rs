use crate::{CurrentMember, api::AuthApi, gate::Gated, openapi};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::EndSessionError;
use library_shared_domain::SessionId;
use library_shared_http::{PathId, Problem};

/// `DELETE /auth/sessions/{id}`: one of whoever calls.
#[utoipa::path(
    delete,
    path = "/auth/sessions/{id}",
    tag = openapi::SESSIONS,
    summary = "End a session of one's own",
    description = "Ends a session of whoever calls, verified or not. Nobody can renew it any more; an access token of it stays good until it \
                   expires.",
    security(("access_token" = [])),
    params(PathId::<SessionId>),
    responses(
        (status = 204, description = "The session has ended."),
        (
            status = 404,
            description = "There is no such session, it is another's, or it has ended or expired.",
            body = Problem,
            example = json!(problem(EndSessionError::NotFound)),
        ),
    ),
)]
pub async fn end_session(
    api: Data<AuthApi>,
    Gated(CurrentMember(caller), PathId(id)): Gated<CurrentMember, PathId<SessionId>>,
) -> Result<HttpResponse, Problem> {
    let use_case = api.end_session.clone();
    api.writes.run(async move { use_case.execute(caller.member_id, id).await }).await?.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: EndSessionError) -> Problem {
    match error {
        EndSessionError::NotFound => Problem::not_found("There is no session of this id."),
        EndSessionError::Dependency(error) => error.into(),
    }
}
