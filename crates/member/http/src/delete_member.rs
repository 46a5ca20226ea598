use crate::{api::MemberApi, openapi};
use actix_web::{HttpResponse, web::Data};
use library_member_app::{DeleteMemberCommand, DeleteMemberError};
use library_shared_domain::MemberId;
use library_shared_http::{IfMatch, PathId, Problem};

/// `DELETE /members/{id}`
#[utoipa::path(
    delete,
    path = "/members/{id}",
    tag = openapi::MEMBERS,
    summary = "Remove a member",
    description = "Removes a member with everything personal, unless they have books on loan.",
    params(PathId::<MemberId>, IfMatch),
    responses(
        (status = 204, description = "The member is gone."),
        (status = 404, description = "There is no such member.", body = Problem, example = json!(problem(DeleteMemberError::NotFound))),
        (
            status = 409,
            description = "The member has books on loan.",
            body = Problem,
            example = json!(problem(DeleteMemberError::HasOpenLoans)),
        ),
    ),
)]
pub async fn delete_member(
    api: Data<MemberApi>,
    PathId(id): PathId<MemberId>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let command = DeleteMemberCommand { id, expected };
    let use_case = api.delete_member.clone();
    api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: DeleteMemberError) -> Problem {
    match error {
        DeleteMemberError::NotFound => Problem::not_found("There is no member of this id."),
        DeleteMemberError::HasOpenLoans => {
            Problem::conflict("open-loans", "Open loans", "The member has books on loan; they have to be returned first.")
        }
        DeleteMemberError::VersionMismatch => Problem::precondition_failed(),
        DeleteMemberError::Dependency(error) => error.into(),
    }
}
