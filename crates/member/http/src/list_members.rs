use crate::{api::MemberApi, body::MemberBody, openapi};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_member_domain::MemberField;
use library_shared_http::{ListQuery, Problem, list_response};

/// `GET /members`
#[utoipa::path(
    get,
    path = "/members",
    tag = openapi::MEMBERS,
    summary = "List the members",
    description = "A page of the members, filtered and put in order.",
    params(ListQuery::<MemberField>),
    responses((
        status = 200,
        description = "A page of members.",
        body = [MemberBody],
    )),
)]
pub async fn list_members(
    api: Data<MemberApi>,
    request: HttpRequest,
    ListQuery(asked): ListQuery<MemberField>,
) -> Result<HttpResponse, Problem> {
    let page = api.list_members.execute(&asked).await?;
    Ok(list_response(&request, &asked, &page, MemberBody::from))
}
