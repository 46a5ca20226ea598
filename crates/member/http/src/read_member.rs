use crate::{api::MemberApi, body::MemberBody};
use actix_web::{HttpResponse, web::Data};
use library_member_app::ReadMemberError;
use library_shared_domain::MemberId;
use library_shared_http::{PathId, Problem};

/// `GET /members/{id}`
pub async fn read_member(api: Data<MemberApi>, PathId(id): PathId<MemberId>) -> Result<HttpResponse, Problem> {
    let member = api.read_member.execute(id).await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(MemberBody::from(&member)))
}

fn problem(error: ReadMemberError) -> Problem {
    match error {
        ReadMemberError::NotFound => Problem::not_found("There is no member of this id."),
        ReadMemberError::Dependency(error) => error.into(),
    }
}
