use crate::{Email, Member};
use library_shared_domain::{FieldKind, ListField, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// What the members can be filtered and sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the member's field of the same name")]
pub enum MemberField {
    Name,
    Email,
    IsVerified,
    CreatedAt,
    UpdatedAt,
}

impl ListField for MemberField {
    type Item = Member;

    const ALL: &'static [Self] = &[Self::Name, Self::Email, Self::IsVerified, Self::CreatedAt, Self::UpdatedAt];

    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::IsVerified => "is_verified",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Name => FieldKind::Text,
            // Two addresses that differ only in case are one.
            Self::Email => FieldKind::Code(Email::spell),
            Self::IsVerified => FieldKind::Flag,
            Self::CreatedAt | Self::UpdatedAt => FieldKind::Time,
        }
    }

    fn value(self, member: &Member, _: OffsetDateTime) -> Value {
        match self {
            Self::Name => Value::Text(member.name().as_str().to_owned()),
            Self::Email => Value::Text(member.email().key().to_owned()),
            Self::IsVerified => Value::Flag(member.is_verified()),
            Self::CreatedAt => Value::Time(member.revision().created_at),
            Self::UpdatedAt => Value::Time(member.revision().updated_at),
        }
    }

    fn id(member: &Member) -> Uuid {
        member.id().as_uuid()
    }
}
