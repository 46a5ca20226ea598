//! The members' routes: `/members`, `/members/me`, `/members/{id}`, and `/members/verify` with the page that verification mails link to and
//! `/members/verify/resend`; and `/auth/password/forgot` and `/auth/password/reset`, because credentials are the members'. One endpoint a file.
//!
//! It may depend on `library-member-app`, its domain, `library-shared-http`, and `library-auth-http` for the gate.

mod api;
mod body;
mod delete_member;
mod email_body;
mod html;
mod link_query;
mod list_members;
mod openapi;
mod password_reset_page;
mod patch_own_member;
mod read_member;
mod read_own_member;
mod register_member;
mod request_password_reset;
mod resend_verification;
mod reset_password;
mod routes;
mod verification_page;
mod verify_member;

pub use api::MemberApi;
pub use openapi::MemberOpenApi;
pub use routes::configure;
