//! Who may use the library: members, their credentials, and the ports that keep and check them.
//!
//! - [`Member`]: the aggregate; [`MemberChanges`]: what they may change of themselves; [`MemberName`], [`Email`]: its value objects;
//! - [`Password`], [`PasswordHash`], [`Credentials`]: what proves who somebody is, and no part of `Member`, so that no cache and
//!   no response can hold it;
//! - [`MemberField`]: what the members are filtered and sorted by;
//! - [`MemberRepository`], [`CredentialRepository`], [`PasswordHasher`], [`VerificationTokenIssuer`],
//!   [`EmailChangeTokenIssuer`], [`PasswordResetTokenIssuer`]: the ports.
//!
//! It may depend on `library-shared-domain` alone.

mod credentials;
mod email;
mod email_change;
mod field;
mod hasher;
mod member;
mod name;
mod password_reset;
mod repository;
mod verification;

pub use credentials::{Credentials, InvalidPassword, Password, PasswordHash};
pub use email::{Email, InvalidEmail};
pub use email_change::EmailChangeTokenIssuer;
pub use field::MemberField;
pub use hasher::PasswordHasher;
pub use member::{Member, MemberChanges};
pub use name::MemberName;
pub use password_reset::{InvalidPasswordResetToken, PasswordResetToken, PasswordResetTokenIssuer};
pub use repository::{
    CreateMemberError, CredentialRepository, DeleteMemberError, MemberRepository, ReplaceCredentialsError, UpdateMemberError,
};
pub use verification::{InvalidVerificationToken, VerificationToken, VerificationTokenIssuer};
