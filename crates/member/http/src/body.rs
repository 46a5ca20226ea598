use library_member_domain::Member;
use serde::Serialize;
use uuid::Uuid;

/// A member, as clients see them.
#[derive(Serialize)]
pub struct MemberBody<'a> {
    id: Uuid,
    name: &'a str,
    email: &'a str,
    is_verified: bool,
}

impl<'a> From<&'a Member> for MemberBody<'a> {
    fn from(member: &'a Member) -> Self {
        Self {
            id: member.id().as_uuid(),
            name: member.name().as_str(),
            email: member.email().as_str(),
            is_verified: member.is_verified(),
        }
    }
}
