//! Who has what, until when: the loan and the port that keeps loans.
//!
//! - [`Loan`]: the aggregate, with the rules of due dates and returns; [`LoanPeriod`]: for how long a book is lent;
//! - [`LoanField`]: what loans are filtered and sorted by;
//! - [`LoanRepository`]: the port, with an error for each of its commands.
//!
//! It may depend on `library-shared-domain`; a loan knows its book and its member by id alone.

mod field;
mod loan;
mod period;
mod repository;

pub use field::LoanField;
pub use loan::{InvalidLoan, Loan, ReturnError};
pub use period::{InvalidLoanPeriod, LoanPeriod};
pub use repository::{CreateLoanError, DeleteLoanError, LoanRepository, UpdateLoanError};
