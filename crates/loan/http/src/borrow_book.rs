use crate::{api::LoanApi, body::LoanBody, openapi};
use actix_web::{HttpResponse, http::header, web::Data};
use library_auth_http::{Gated, VerifiedMember};
use library_loan_app::{BorrowBookCommand, BorrowBookError};
use library_loan_domain::Loan;
use library_shared_domain::MemberId;
use library_shared_http::{Answer, FieldErrors, Invocation, JsonCommand, Problem, TextField};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who borrows what.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = NewLoan, examples(openapi::new_loan))]
pub struct BorrowBookBody {
    #[schema(schema_with = openapi::book_id, required)]
    book_id: TextField,
    #[schema(schema_with = openapi::member_id, required)]
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
#[utoipa::path(
    post,
    path = "/loans",
    tag = openapi::LOANS,
    summary = "Borrow a book",
    description = "Lends a book to a member. Any verified member may borrow in a member's name.",
    security(("access_token" = ["verified"])),
    params(Invocation),
    request_body(content = BorrowBookBody, description = "Who borrows what."),
    responses(
        (
            status = 201,
            description = "The loan.",
            body = LoanBody,
            headers(
                ("Location" = String, description = "The path of the loan, where it is the caller's own."),
                ("ETag" = String, description = "The tag of this state."),
            ),
            links(
                ("read_loan" = (operation_id = "read_loan", parameters(("id" = "$response.body#/id")))),
                ("return_book" = (operation_id = "return_book", parameters(("id" = "$response.body#/id")))),
                ("read_book" = (operation_id = "read_book", parameters(("id" = "$response.body#/book_id")))),
                ("read_member" = (operation_id = "read_member", parameters(("id" = "$response.body#/member_id")))),
            ),
        ),
        (
            status = 404,
            description = "There is no such book, or no such member.",
            body = Problem,
            examples(
                ("book" = (summary = "No such book", value = json!(problem(BorrowBookError::BookNotFound)))),
                ("member" = (summary = "No such member", value = json!(problem(BorrowBookError::MemberNotFound)))),
            ),
        ),
        (
            status = 409,
            description = "The book is on loan already.",
            body = Problem,
            example = json!(problem(BorrowBookError::AlreadyOnLoan)),
        ),
    ),
)]
pub async fn borrow_book(
    api: Data<LoanApi>,
    Gated(VerifiedMember(caller), JsonCommand(body, invocation)): Gated<VerifiedMember, JsonCommand<BorrowBookBody>>,
) -> Result<HttpResponse, Problem> {
    let use_case = api.borrow_book.clone();
    let borrow = async move |completion| use_case.execute(body.try_into()?, &completion).await.map_err(problem);
    let answer = move |loan: &Loan| answer(loan, caller.member_id);
    api.commands.run(invocation.by(caller.member_id), borrow, answer).await
}

/// Where the loan is to be found is told to whom it is shown: to the member who has the book.
fn answer(loan: &Loan, caller: MemberId) -> Answer {
    let answer = Answer::created(&LoanBody::from(loan)).with_entity_tag(loan.revision());
    if loan.member_id() == caller { answer.with_header(&header::LOCATION, format!("/loans/{}", loan.id())) } else { answer }
}

fn problem(error: BorrowBookError) -> Problem {
    match error {
        BorrowBookError::BookNotFound => Problem::not_found("There is no book of this id."),
        BorrowBookError::MemberNotFound => Problem::not_found("There is no member of this id."),
        BorrowBookError::AlreadyOnLoan => Problem::conflict("book-on-loan", "Book on loan", "The book is already on loan."),
        BorrowBookError::Dependency(error) => error.into(),
    }
}
