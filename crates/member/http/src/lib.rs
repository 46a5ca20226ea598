//! The members' routes: `/members`, `/members/{id}`, and `/members/verify` with the page that verification mails link to, one
//! endpoint a file.
//!
//! It may depend on `library-member-app`, its domain, and `library-shared-http`.

mod api;
mod body;
mod delete_member;
mod list_members;
mod read_member;
mod register_member;
mod routes;
mod verification_page;
mod verify_member;

pub use api::MemberApi;
pub use routes::configure;
