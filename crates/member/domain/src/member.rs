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
    pending_email: Option<Email>,
    revision: Revision,
}

/// What is to change of a member; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberChanges {
    /// Their name.
    pub name: Option<MemberName>,
    /// Their address, which counts once it is proven.
    pub email: Option<Email>,
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
        Self { id, name, email, is_verified, pending_email: None, revision }
    }

    /// The member as a repository kept them, with the address that waits to be proven, if there is one.
    #[must_use]
    pub fn with_pending_email(self, pending_email: Option<Email>) -> Self {
        Self { pending_email, ..self }
    }

    /// Changes what they want of themselves. Another address, be it but in its spelling, waits to be proven, in the place of one that
    /// may be waiting; the address that they have gives that one up.
    pub fn revise(&mut self, changes: MemberChanges, now: OffsetDateTime) {
        if let Some(name) = changes.name {
            self.name = name;
        }
        if let Some(email) = changes.email {
            self.pending_email = (email.as_str() != self.email.as_str()).then_some(email);
        }
        self.revision.touch(now);
    }

    /// Notes that the address that waits has been proven to be theirs: it takes the place of the one that they had. Tells whether one
    /// was waiting.
    pub fn confirm_pending_email(&mut self, now: OffsetDateTime) -> bool {
        let Some(email) = self.pending_email.take() else { return false };
        self.email = email;
        self.is_verified = true;
        self.revision.touch(now);
        true
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
    /// one state after the other. An address that waits is given up: whoever sets a password may do so because a stranger got in, and
    /// the address may be the stranger's.
    pub fn note_new_password(&mut self, now: OffsetDateTime) {
        self.pending_email = None;
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

    /// The address that is to take the place of theirs, once they have proven it.
    #[must_use]
    pub const fn pending_email(&self) -> Option<&Email> {
        self.pending_email.as_ref()
    }

    /// Which saved state this is.
    #[must_use]
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::{Member, MemberChanges};
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

    #[test]
    fn another_address_counts_once_it_is_proven() {
        let (mut member, later) = (ada(), OffsetDateTime::UNIX_EPOCH + Duration::HOUR);
        member.revise(to("Ada@example.org"), later);
        assert_eq!((member.email().as_str(), pending(&member)), ("ada@example.com", Some("Ada@example.org")));
        assert!(!member.is_verified());
        assert!(member.confirm_pending_email(later));
        assert_eq!((member.email().as_str(), pending(&member)), ("Ada@example.org", None));
        assert!(member.is_verified());
        let confirmed = member.clone();
        assert!(!member.confirm_pending_email(later + Duration::DAY));
        assert_eq!(member, confirmed);
    }

    #[test]
    fn one_address_waits_at_a_time_and_the_one_they_have_gives_it_up() {
        let (mut member, later) = (ada(), OffsetDateTime::UNIX_EPOCH + Duration::HOUR);
        for address in ["first@example.com", "second@example.com", "ADA@example.com"] {
            member.revise(to(address), later);
            assert_eq!(pending(&member), Some(address));
            member.revise(MemberChanges::default(), later);
            assert_eq!(pending(&member), Some(address));
        }
        member.revise(to("ada@example.com"), later);
        assert_eq!(pending(&member), None);
    }

    #[test]
    fn with_another_password_the_address_that_waits_is_given_up() {
        let (mut member, later) = (ada(), OffsetDateTime::UNIX_EPOCH + Duration::HOUR);
        member.revise(to("strangers@example.com"), later);
        member.note_new_password(later);
        assert_eq!((member.email().as_str(), pending(&member)), ("ada@example.com", None));
        assert!(!member.confirm_pending_email(later));
        // One that is given from then on waits as ever.
        member.revise(to("new@example.com"), later);
        assert_eq!(pending(&member), Some("new@example.com"));
    }

    fn ada() -> Member {
        let name = MemberName::parse("Ada").expect("a name");
        let email = Email::parse("ada@example.com").expect("an address");
        Member::new(MemberId::from_uuid(Uuid::nil()), name, email, OffsetDateTime::UNIX_EPOCH)
    }

    fn to(email: &str) -> MemberChanges {
        MemberChanges { name: None, email: Some(Email::parse(email).expect("an address")) }
    }

    fn pending(member: &Member) -> Option<&str> {
        member.pending_email().map(Email::as_str)
    }
}
