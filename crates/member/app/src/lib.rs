//! The members' use cases, one a file: [`RegisterMember`], [`VerifyMember`], [`ResendVerification`], [`RequestPasswordReset`], [`ResetPassword`],
//! [`ReadMember`], [`UpdateMember`], [`ListMembers`], [`DeleteMember`]; and
//! what other contexts ask of members: [`VerifyCredentials`] behind auth's port `CredentialVerifier`, [`ComposeNotification`]
//! behind notification's port `Composer`.
//!
//! It may depend on domains alone. To add a use case, add a file like the others, a line below, and a route in
//! `library-member-http`.

mod account_links;
mod compose_notification;
mod delete_member;
mod list_members;
mod membership;
mod read_member;
mod register_member;
mod request_password_reset;
mod resend_verification;
mod reset_password;
mod update_member;
mod verify_credentials;
mod verify_member;

pub use account_links::AccountLinks;
pub use compose_notification::{AccountTokens, ComposeNotification};
pub use delete_member::{DeleteMember, DeleteMemberCommand, DeleteMemberError};
pub use list_members::ListMembers;
pub use membership::Membership;
pub use read_member::{ReadMember, ReadMemberError};
pub use register_member::{RegisterMember, RegisterMemberCommand, RegisterMemberError};
pub use request_password_reset::RequestPasswordReset;
pub use resend_verification::ResendVerification;
pub use reset_password::{ResetPassword, ResetPasswordCommand, ResetPasswordError};
pub use update_member::{NewPassword, UpdateMember, UpdateMemberCommand, UpdateMemberError};
pub use verify_credentials::VerifyCredentials;
pub use verify_member::{VerifyMember, VerifyMemberError};
