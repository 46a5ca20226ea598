use crate::{api::LoanApi, body::LoanBody, openapi};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_auth_http::{Gated, VerifiedMember};
use library_loan_app::ReadLoanError;
use library_shared_domain::LoanId;
use library_shared_http::{IfNoneMatch, PathId, Problem, entity};

/// `GET /loans/{id}`: one of the caller's own.
#[utoipa::path(
    get,
    path = "/loans/{id}",
    tag = openapi::LOANS,
    summary = "Read a loan",
    description = "One of the loans that the caller has or had.",
    security(("access_token" = ["verified"])),
    params(PathId::<LoanId>, IfNoneMatch),
    responses(
        (status = 200, description = "The loan.", body = LoanBody, headers(("ETag" = String, description = "The tag of this state."))),
        (status = 304, description = "The client has this state.", headers(("ETag" = String, description = "The tag of this state."))),
        (
            status = 404,
            description = "There is no such loan, or it is another member's.",
            body = Problem,
            example = json!(problem(ReadLoanError::NotFound)),
        ),
    ),
)]
pub async fn read_loan(
    api: Data<LoanApi>,
    request: HttpRequest,
    Gated(VerifiedMember(caller), PathId(id)): Gated<VerifiedMember, PathId<LoanId>>,
) -> Result<HttpResponse, Problem> {
    let loan = api.read_loan.execute(caller.member_id, id).await.map_err(problem)?;
    entity(&request, loan.revision(), LoanBody::from(&loan))
}

fn problem(error: ReadLoanError) -> Problem {
    match error {
        ReadLoanError::NotFound => Problem::not_found("You have no loan of this id."),
        ReadLoanError::Dependency(error) => error.into(),
    }
}
