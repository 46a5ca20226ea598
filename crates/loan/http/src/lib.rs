//! The loans' routes: `/loans` and `/loans/{id}/return`, one endpoint a file, behind the gate of `library-auth-http`.
//!
//! It may depend on `library-loan-app`, its domain, `library-shared-http`, and `library-auth-http` for the gate.

mod api;
mod body;
mod borrow_book;
mod return_book;
mod routes;

pub use api::LoanApi;
pub use routes::configure;
