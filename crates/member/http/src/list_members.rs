use crate::{api::MemberApi, body::MemberBody};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_member_domain::Member;
use library_shared_domain::MemberId;
use library_shared_http::{PageQuery, Problem, page_response};

/// `GET /members`
pub async fn list_members(
    api: Data<MemberApi>,
    request: HttpRequest,
    PageQuery(asked): PageQuery<MemberId>,
) -> Result<HttpResponse, Problem> {
    let page = api.list_members.execute(asked).await?;
    Ok(page_response(&request, asked.limit, page.next, page.items.iter().map(|member: &Member| MemberBody::from(member))))
}
