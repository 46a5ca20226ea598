//! What the document of the API says of loans.

use crate::{
    borrow_book::__path_borrow_book,
    list_loans::{__path_list_loans, __path_list_own_loans},
    read_loan::__path_read_loan,
    return_book::__path_return_book,
};
use library_shared_http::openapi::{A_BOOK, A_LOAN, A_MEMBER, id};
use serde_json::{Value, json};
use utoipa::{OpenApi, openapi::Object};

/// The tag of the loans' operations.
pub const LOANS: &str = "Loans";

/// The part of the document that is the loans'.
#[derive(OpenApi)]
#[openapi(
    paths(list_loans, list_own_loans, borrow_book, read_loan, return_book),
    tags((name = LOANS, description = "Who has what, until when."))
)]
pub struct LoanOpenApi;

pub fn book_id() -> Object {
    id().description(Some("The book that is to be lent.")).build()
}

pub fn member_id() -> Object {
    id().description(Some("The member who is to have it.")).build()
}

pub fn new_loan() -> Value {
    json!({"book_id": A_BOOK, "member_id": A_MEMBER})
}

pub fn loan() -> Value {
    loan_with(None)
}

pub fn ended_loan() -> Value {
    loan_with(Some("2026-11-27T09:30:00Z"))
}

fn loan_with(returned_at: Option<&str>) -> Value {
    json!({
        "id": A_LOAN,
        "book_id": A_BOOK,
        "member_id": A_MEMBER,
        "loaned_at": "2026-11-20T16:14:56.458384Z",
        "due_at": "2026-12-04T16:14:56.458384Z",
        "returned_at": returned_at,
    })
}
