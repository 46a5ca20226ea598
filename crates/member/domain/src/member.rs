use crate::{Email, MemberName};
use library_shared_domain::{MemberId, Revision};
use time::OffsetDateTime;

/// A member of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    id: MemberId,
    name: MemberName,
    email: Email,
    is_verified: bool,
    revision: Revision,
}

impl Member {
    /// Somebody who registers now and has yet to prove that the address is theirs.
    #[must_use]
    pub const fn new(id: MemberId, name: MemberName, email: Email, now: OffsetDateTime) -> Self {
        Self::restore(id, name, email, false, Revision::first(now))
    }

    /// A member as a repository kept them.
    #[must_use]
    pub const fn restore(id: MemberId, name: MemberName, email: Email, is_verified: bool, revision: Revision) -> Self {
        Self { id, name, email, is_verified, revision }
    }

    /// Notes that the address has been proven to be theirs, and tells whether that is news.
    pub const fn mark_verified(&mut self, now: OffsetDateTime) -> bool {
        if self.is_verified {
            return false;
        }
        self.is_verified = true;
        self.revision.touch(now);
        true
    }

    /// Notes that they have another password from now on. Which, is no part of a member; but who changes one after the other, changes
    /// one state after the other.
    pub const fn note_new_password(&mut self, now: OffsetDateTime) {
        self.revision.touch(now);
    }

    /// The member as they stand in the repository once this state has been saved.
    #[must_use]
    pub fn saved(self) -> Self {
        Self { revision: self.revision.saved(), ..self }
    }

    /// Their id.
    #[must_use]
    pub const fn id(&self) -> MemberId {
        self.id
    }

    /// Their name.
    #[must_use]
    pub const fn name(&self) -> &MemberName {
        &self.name
    }

    /// Their address, which no other member has.
    #[must_use]
    pub const fn email(&self) -> &Email {
        &self.email
    }

    /// Whether the address has been proven to be theirs.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.is_verified
    }

    /// Which saved state this is.
    #[must_use]
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::Member;
    use crate::{Email, MemberName};
    use library_shared_domain::MemberId;
    use time::{Duration, OffsetDateTime};
    use uuid::Uuid;

    #[test]
    fn a_member_is_verified_once() {
        let registered = OffsetDateTime::UNIX_EPOCH;
        let name = MemberName::parse("Ada").expect("a name");
        let email = Email::parse("ada@example.com").expect("an address");
        let mut member = Member::new(MemberId::from_uuid(Uuid::nil()), name, email, registered);
        assert!(!member.is_verified());

        assert!(member.mark_verified(registered + Duration::HOUR));
        let verified = member.clone();
        assert!(!member.mark_verified(registered + Duration::DAY));

        assert!(member.is_verified());
        assert_eq!(member, verified);
    }
}
