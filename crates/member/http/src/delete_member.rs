use crate::api::MemberApi;
use actix_web::{HttpResponse, web::Data};
use library_member_app::DeleteMemberError;
use library_shared_domain::MemberId;
use library_shared_http::{PathId, Problem};

/// `DELETE /members/{id}`
pub async fn delete_member(api: Data<MemberApi>, PathId(id): PathId<MemberId>) -> Result<HttpResponse, Problem> {
    let use_case = api.delete_member.clone();
    api.writes.run(async move { use_case.execute(id).await }).await?.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: DeleteMemberError) -> Problem {
    match error {
        DeleteMemberError::NotFound => Problem::not_found("There is no member of this id."),
        DeleteMemberError::HasOpenLoans => {
            Problem::conflict("open-loans", "Open loans", "The member has books on loan; they have to be returned first.")
        }
        DeleteMemberError::Dependency(error) => error.into(),
    }
}
