use super::{now, unique_email, unique_id};
use library_member_domain::{Credentials, Email, Member, MemberName, Password, PasswordHash};
use library_shared_domain::{MemberId, Revision};
use time::OffsetDateTime;

/// A member in the making: registered [now](super::now()), not verified, with an id and an address of their own.
pub fn a_member() -> MemberBuilder {
    MemberBuilder {
        id: MemberId::from_uuid(unique_id()),
        name: "Ada Lovelace".to_owned(),
        email: unique_email(),
        is_verified: false,
        pending_email: None,
        registered_at: now(),
    }
}

/// Builds a [`Member`]; see [`a_member`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct MemberBuilder {
    id: MemberId,
    name: String,
    email: Email,
    is_verified: bool,
    pending_email: Option<Email>,
    registered_at: OffsetDateTime,
}

impl MemberBuilder {
    /// Gives them this id.
    pub fn with_id(self, id: MemberId) -> Self {
        Self { id, ..self }
    }

    /// Gives them this name.
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Gives them this address.
    pub fn with_email(self, email: &str) -> Self {
        Self { email: Email::parse(email).expect("an email address"), ..self }
    }

    /// Lets them have proven that the address is theirs.
    pub fn verified(self) -> Self {
        Self { is_verified: true, ..self }
    }

    /// Gives them an address that they have yet to prove before it takes the place of theirs.
    pub fn awaiting(self, email: &str) -> Self {
        Self { pending_email: Some(Email::parse(email).expect("an email address")), ..self }
    }

    /// Lets them have registered at this time.
    pub fn registered_at(self, at: OffsetDateTime) -> Self {
        Self { registered_at: at, ..self }
    }

    /// The member.
    #[must_use]
    pub fn build(self) -> Member {
        let name = MemberName::parse(&self.name).expect("a name");
        let member = Member::restore(self.id, name, self.email, self.is_verified, Revision::first(self.registered_at));
        member.with_pending_email(self.pending_email)
    }
}

/// A password that is long enough.
#[must_use]
pub fn a_password() -> Password {
    Password::parse("correct horse battery staple").expect("a password")
}

/// Credentials for this member, whose hash no hasher can read: for tests that only keep them.
#[must_use]
pub fn credentials_of(member: &Member) -> Credentials {
    let hash = format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA${}", member.id().as_uuid().simple());
    Credentials { member_id: member.id(), password_hash: PasswordHash::from_phc(hash) }
}
