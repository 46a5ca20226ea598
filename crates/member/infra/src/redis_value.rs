use library_member_domain::{Email, Member, MemberName};
use library_shared_domain::{MemberId, Revision, Version};
use library_shared_infra::cache::RedisValue;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// How a member lies in Redis: as JSON. Credentials are no part of a member and never come here.
pub struct MemberInRedis;

#[derive(Serialize, Deserialize)]
struct Record {
    id: Uuid,
    name: String,
    email: String,
    is_verified: bool,
    version: i64,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl RedisValue<Member> for MemberInRedis {
    const NAMESPACE: &'static str = "library:member";

    fn encode(member: &Member) -> Option<Vec<u8>> {
        let revision = member.revision();
        serde_json::to_vec(&Record {
            id: member.id().as_uuid(),
            name: member.name().as_str().to_owned(),
            email: member.email().as_str().to_owned(),
            is_verified: member.is_verified(),
            version: revision.version.number(),
            created_at: revision.created_at,
            updated_at: revision.updated_at,
        })
        .ok()
    }

    fn decode(bytes: &[u8]) -> Option<Member> {
        let record: Record = serde_json::from_slice(bytes).ok()?;
        Some(Member::restore(
            MemberId::from(record.id),
            MemberName::parse(&record.name).ok()?,
            Email::parse(&record.email).ok()?,
            record.is_verified,
            Revision {
                version: Version::from_number(record.version),
                created_at: record.created_at,
                updated_at: record.updated_at,
            },
        ))
    }
}
