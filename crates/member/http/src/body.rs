use crate::openapi;
use library_member_domain::{Email, Member};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A member, as clients see them; times are RFC 3339, in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Member, examples(openapi::member))]
pub struct MemberBody<'a> {
    /// The id of the member.
    id: Uuid,
    #[schema(schema_with = openapi::name, required)]
    name: &'a str,
    #[schema(schema_with = openapi::email, required)]
    email: &'a str,
    /// Whether they have proven that the email address is theirs.
    is_verified: bool,
    /// When they registered.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When what is known of them last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl<'a> From<&'a Member> for MemberBody<'a> {
    fn from(member: &'a Member) -> Self {
        let revision = member.revision();
        Self {
            id: member.id().as_uuid(),
            name: member.name().as_str(),
            email: member.email().as_str(),
            is_verified: member.is_verified(),
            created_at: revision.created_at,
            updated_at: revision.updated_at,
        }
    }
}

/// A member, as they see themselves.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnMember, examples(openapi::own_member))]
pub struct OwnMemberBody<'a> {
    #[serde(flatten)]
    member: MemberBody<'a>,
    /// The email address that is to take the place of the other one; there while it waits to be proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = openapi::email, required = false)]
    pending_email: Option<&'a str>,
}

impl<'a> From<&'a Member> for OwnMemberBody<'a> {
    fn from(member: &'a Member) -> Self {
        Self { member: member.into(), pending_email: member.pending_email().map(Email::as_str) }
    }
}
