use crate::{api::LoanApi, body::LoanBody};
use actix_web::{HttpResponse, web::Data};
use library_auth_http::{Gated, VerifiedMember};
use library_loan_app::{BorrowBookCommand, BorrowBookError};
use library_shared_http::{FieldErrors, JsonBody, Problem, TextField};
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct BorrowBookBody {
    book_id: TextField,
    member_id: TextField,
}

impl TryFrom<BorrowBookBody> for BorrowBookCommand {
    type Error = Problem;

    fn try_from(body: BorrowBookBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let book_id = errors.required("book_id", body.book_id, str::parse);
        let member_id = errors.required("member_id", body.member_id, str::parse);
        match (book_id, member_id) {
            (Some(book_id), Some(member_id)) => Ok(Self { book_id, member_id }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// `POST /loans`
pub async fn borrow_book(
    api: Data<LoanApi>,
    Gated(_, JsonBody(body)): Gated<VerifiedMember, JsonBody<BorrowBookBody>>,
) -> Result<HttpResponse, Problem> {
    let command = BorrowBookCommand::try_from(body)?;
    let use_case = api.borrow_book.clone();
    let loan = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(HttpResponse::Created().json(LoanBody::from(&loan)))
}

fn problem(error: BorrowBookError) -> Problem {
    match error {
        BorrowBookError::BookNotFound => Problem::not_found("There is no book of this id."),
        BorrowBookError::MemberNotFound => Problem::not_found("There is no member of this id."),
        BorrowBookError::AlreadyOnLoan => Problem::conflict("book-on-loan", "Book on loan", "The book is already on loan."),
        BorrowBookError::Dependency(error) => error.into(),
    }
}
