use library_loan_app::{BorrowBook, ListLoans, ReadLoan, ReturnBook};
use library_shared_http::CommandTasks;
use std::sync::Arc;

/// What the loans' routes call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct LoanApi {
    pub borrow_book: Arc<BorrowBook>,
    pub return_book: Arc<ReturnBook>,
    pub read_loan: Arc<ReadLoan>,
    pub list_loans: Arc<ListLoans>,
    pub commands: CommandTasks,
}
