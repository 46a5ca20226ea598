use crate::{api::MemberApi, body::OwnMemberBody, openapi, read_member::problem};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_auth_http::CurrentMember;
use library_member_app::ReadMemberError;
use library_shared_http::{IfNoneMatch, Problem, entity};

/// `GET /members/me`: whoever calls, verified or not.
#[utoipa::path(
    get,
    path = "/members/me",
    tag = openapi::MEMBERS,
    summary = "Read oneself",
    description = "What the library knows of whoever calls, verified or not.",
    security(("access_token" = [])),
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The member.", body = OwnMemberBody, headers(("ETag" = String, description = "The tag of this state."))),
        (status = 304, description = "The client has this state.", headers(("ETag" = String, description = "The tag of this state."))),
        (status = 404, description = "The member is gone.", body = Problem, example = json!(problem(ReadMemberError::NotFound))),
    ),
)]
pub async fn read_own_member(
    api: Data<MemberApi>,
    request: HttpRequest,
    CurrentMember(caller): CurrentMember,
) -> Result<HttpResponse, Problem> {
    let member = api.read_member.execute(caller.member_id).await.map_err(problem)?;
    entity(&request, member.revision(), OwnMemberBody::from(&member))
}
