//! The loans' driven adapter: [`SqlLoanRepository`] on PostgreSQL and SQLite.
//!
//! It may depend on `library-loan-domain` and `library-shared-infra`; of the schema it knows the table `loans` alone. That an open
//! loan is the only one of its book, and of a book and a member that exist, is the schema's rule: it holds in every race.

mod row;
mod schema;
mod sql_repository;

pub use sql_repository::SqlLoanRepository;
