use crate::{api::LoanApi, body::LoanBody};
use actix_web::{HttpResponse, web::Data};
use library_auth_http::{Gated, VerifiedMember};
use library_loan_app::ReturnBookError;
use library_shared_domain::LoanId;
use library_shared_http::{PathId, Problem};

/// `POST /loans/{id}/return`
pub async fn return_book(
    api: Data<LoanApi>,
    Gated(_, PathId(id)): Gated<VerifiedMember, PathId<LoanId>>,
) -> Result<HttpResponse, Problem> {
    let use_case = api.return_book.clone();
    let loan = api.writes.run(async move { use_case.execute(id).await }).await?.map_err(problem)?;
    Ok(HttpResponse::Ok().json(LoanBody::from(&loan)))
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
