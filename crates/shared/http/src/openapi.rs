//! What every context says in the document of the API (OpenAPI 3.1): the one schema of problems, the schemas of fields, and what
//! every operation of a kind can answer, so that a handler lists only what is its own.

mod answers;
mod common;
mod examples;
mod fields;
mod problem;

pub use common::{ACCESS_TOKEN, CommonParts, VERIFIED};
pub use examples::{A_BOOK, A_LOAN, A_MEMBER};
pub use fields::{any_text, email, id, parameter, secret_text, text, token};
