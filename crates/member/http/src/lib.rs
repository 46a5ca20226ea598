//! The members' routes: `/members`, `/members/me`, `/members/{id}`, and `/members/verify` with the page that verification mails link to and
//! `/members/verify/resend`, one endpoint a file.
//!
//! It may depend on `library-member-app`, its domain, `library-shared-http`, and `library-auth-http` for the gate.

mod api;
mod body;
mod delete_member;
mod email_body;
mod list_members;
mod openapi;
mod read_member;
mod read_own_member;
mod register_member;
mod resend_verification;
mod routes;
mod verification_page;
mod verify_member;

pub use api::MemberApi;
pub use openapi::MemberOpenApi;
pub use routes::configure;
