use crate::{api::LoanApi, body::LoanBody, openapi};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_auth_http::{Gated, VerifiedMember};
use library_loan_domain::LoanField;
use library_shared_http::{ListQuery, Problem, list_response};

/// Whose loans are asked for, and which of them.
type OwnLoans = Gated<VerifiedMember, ListQuery<LoanField>>;

/// `GET /loans`: the caller's own.
#[utoipa::path(
    get,
    path = "/loans",
    tag = openapi::LOANS,
    summary = "List the caller's loans",
    description = "A page of the loans that the caller has or had, filtered and put in order.",
    security(("access_token" = ["verified"])),
    params(ListQuery::<LoanField>),
    responses((
        status = 200,
        description = "A page of loans.",
        body = [LoanBody],
    )),
)]
pub async fn list_loans(api: Data<LoanApi>, request: HttpRequest, asked: OwnLoans) -> Result<HttpResponse, Problem> {
    own_loans(&api, &request, asked).await
}

/// `GET /members/me/loans`: the same, where clients look for what is the caller's.
#[utoipa::path(
    get,
    path = "/members/me/loans",
    tag = openapi::LOANS,
    summary = "List one's own loans",
    description = "The same as `GET /loans`.",
    security(("access_token" = ["verified"])),
    params(ListQuery::<LoanField>),
    responses((
        status = 200,
        description = "A page of loans.",
        body = [LoanBody],
    )),
)]
pub async fn list_own_loans(api: Data<LoanApi>, request: HttpRequest, asked: OwnLoans) -> Result<HttpResponse, Problem> {
    own_loans(&api, &request, asked).await
}

async fn own_loans(
    api: &LoanApi,
    request: &HttpRequest,
    Gated(VerifiedMember(caller), ListQuery(asked)): OwnLoans,
) -> Result<HttpResponse, Problem> {
    let page = api.list_loans.execute(caller.member_id, asked.clone()).await?;
    Ok(list_response(request, &asked, &page, LoanBody::from))
}
