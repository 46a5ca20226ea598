use crate::{api::MemberApi, body::MemberBody, openapi};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_member_app::ReadMemberError;
use library_shared_domain::MemberId;
use library_shared_http::{IfNoneMatch, PathId, Problem, entity};

/// `GET /members/{id}`
#[utoipa::path(
    get,
    path = "/members/{id}",
    tag = openapi::MEMBERS,
    summary = "Read a member",
    description = "What the library knows of one member.",
    params(PathId::<MemberId>, IfNoneMatch),
    responses(
        (status = 200, description = "The member.", body = MemberBody, headers(("ETag" = String, description = "The tag of this state."))),
        (status = 304, description = "The client has this state.", headers(("ETag" = String, description = "The tag of this state."))),
        (status = 404, description = "There is no such member.", body = Problem, example = json!(problem(ReadMemberError::NotFound))),
    ),
)]
pub async fn read_member(
    api: Data<MemberApi>,
    request: HttpRequest,
    PathId(id): PathId<MemberId>,
) -> Result<HttpResponse, Problem> {
    let member = api.read_member.execute(id).await.map_err(problem)?;
    entity(&request, member.revision(), MemberBody::from(&member))
}

pub fn problem(error: ReadMemberError) -> Problem {
    match error {
        ReadMemberError::NotFound => Problem::not_found("There is no member of this id."),
        ReadMemberError::Dependency(error) => error.into(),
    }
}
