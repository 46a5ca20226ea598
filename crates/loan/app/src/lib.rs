//! Borrowing and returning, one use case a file: [`BorrowBook`], [`ReturnBook`], [`ReadLoan`], [`ListLoans`].
//!
//! It may depend on domains alone; borrowing spans three aggregates, so it knows those of `book` and `member` besides its own.

mod borrow_book;
mod lending;
mod list_loans;
mod read_loan;
mod return_book;

pub use borrow_book::{BorrowBook, BorrowBookCommand, BorrowBookError};
pub use lending::Lending;
pub use list_loans::ListLoans;
pub use read_loan::{ReadLoan, ReadLoanError};
pub use return_book::{ReturnBook, ReturnBookError};
