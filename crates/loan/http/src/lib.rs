//! The loans' routes: `/loans`, `/loans/{id}`, `/loans/{id}/return` and `/members/me/loans`, one endpoint a file, behind the gate of `library-auth-http`.
//!
//! It may depend on `library-loan-app`, its domain, `library-shared-http`, and `library-auth-http` for the gate.

mod api;
mod body;
mod borrow_book;
mod list_loans;
mod openapi;
mod read_loan;
mod return_book;
mod routes;

pub use api::LoanApi;
pub use openapi::LoanOpenApi;
pub use routes::configure;
