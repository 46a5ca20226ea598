//! Borrowing and returning, one use case a file: [`BorrowBook`], [`ReturnBook`].
//!
//! It may depend on domains alone; borrowing spans three aggregates, so it knows those of `book` and `member` besides its own.

mod borrow_book;
mod lending;
mod return_book;

pub use borrow_book::{BorrowBook, BorrowBookCommand, BorrowBookError};
pub use lending::Lending;
pub use return_book::{ReturnBook, ReturnBookError};
