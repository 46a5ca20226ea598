use crate::{CurrentMember, api::AuthApi, openapi};
use actix_web::{HttpResponse, web::Data};
use library_auth_domain::ActiveSession;
use library_shared_domain::SessionId;
use library_shared_http::Problem;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A session that can be renewed.
#[derive(Serialize, ToSchema)]
#[schema(as = Session, examples(openapi::session))]
pub struct SessionBody {
    #[schema(schema_with = openapi::session_id, required)]
    id: String,
    /// When the member logged in.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When the refresh token was last exchanged; the log-in, where it never was.
    #[serde(with = "time::serde::rfc3339")]
    last_used_at: OffsetDateTime,
    /// Whether it is the session of the access token that the request came with.
    current: bool,
}

impl SessionBody {
    fn new(session: &ActiveSession, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            current: Some(session.id) == current,
        }
    }
}

/// `GET /auth/sessions`: those of whoever calls.
#[utoipa::path(
    get,
    path = "/auth/sessions",
    tag = openapi::SESSIONS,
    summary = "List one's own sessions",
    description = "The sessions of whoever calls, verified or not, that can be renewed: neither ended nor expired. The 100 that were used \
                   last, the last one first.",
    security(("access_token" = [])),
    responses((status = 200, description = "The sessions.", body = [SessionBody])),
)]
pub async fn list_sessions(api: Data<AuthApi>, CurrentMember(caller): CurrentMember) -> Result<HttpResponse, Problem> {
    let sessions = api.list_sessions.execute(caller.member_id).await?;
    let bodies: Vec<_> = sessions.iter().map(|session| SessionBody::new(session, caller.session)).collect();
    Ok(HttpResponse::Ok().json(bodies))
}
