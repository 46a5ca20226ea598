use crate::{api::LoanApi, body::LoanBody, openapi};
use actix_web::{HttpResponse, web::Data};
use library_auth_http::{Gated, VerifiedMember};
use library_loan_app::ReturnBookError;
use library_loan_domain::Loan;
use library_shared_domain::LoanId;
use library_shared_http::{Answer, Invocation, PathCommand, PathId, Problem};

/// `POST /loans/{id}/return`
#[utoipa::path(
    post,
    path = "/loans/{id}/return",
    tag = openapi::LOANS,
    summary = "Return a book",
    description = "Ends a loan. Any verified member may return it.",
    security(("access_token" = ["verified"])),
    params(PathId::<LoanId>, Invocation),
    responses(
        (
            status = 200,
            description = "The loan, as it has ended.",
            body = LoanBody,
            headers(("ETag" = String, description = "The tag of this state.")),
            example = json!(openapi::ended_loan()),
        ),
        (status = 404, description = "There is no such loan.", body = Problem, example = json!(problem(ReturnBookError::NotFound))),
        (
            status = 422,
            description = "The loan has been returned already, or the id is no UUID.",
            body = Problem,
            example = json!(problem(ReturnBookError::AlreadyReturned)),
        ),
    ),
)]
pub async fn return_book(
    api: Data<LoanApi>,
    Gated(VerifiedMember(caller), PathCommand(id, invocation)): Gated<VerifiedMember, PathCommand<LoanId>>,
) -> Result<HttpResponse, Problem> {
    let use_case = api.return_book.clone();
    let give_back = async move |completion| use_case.execute(id, &completion).await.map_err(problem);
    api.commands.run(invocation.by(caller.member_id), give_back, answer).await
}

fn answer(loan: &Loan) -> Answer {
    Answer::ok(&LoanBody::from(loan)).with_entity_tag(loan.revision())
}

fn problem(error: ReturnBookError) -> Problem {
    match error {
        ReturnBookError::NotFound => Problem::not_found("There is no loan of this id."),
        ReturnBookError::AlreadyReturned => {
            Problem::unprocessable("already-returned", "Already returned", "The loan has already been returned.")
        }
        ReturnBookError::Dependency(error) => error.into(),
    }
}
