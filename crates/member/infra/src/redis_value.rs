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
    /// A server of an earlier release keeps none, and passes it over.
    #[serde(default)]
    pending_email: Option<String>,
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
            pending_email: member.pending_email().map(|email| email.as_str().to_owned()),
            version: revision.version.number(),
            created_at: revision.created_at,
            updated_at: revision.updated_at,
        })
        .ok()
    }

    fn decode(bytes: &[u8]) -> Option<Member> {
        let record: Record = serde_json::from_slice(bytes).ok()?;
        let revision = Revision {
            version: Version::from_number(record.version),
            created_at: record.created_at,
            updated_at: record.updated_at,
        };
        let (name, email) = (MemberName::parse(&record.name).ok()?, Email::parse(&record.email).ok()?);
        let pending_email = record.pending_email.map(|email| Email::parse(&email)).transpose().ok()?;
        let member = Member::restore(MemberId::from(record.id), name, email, record.is_verified, revision);
        Some(member.with_pending_email(pending_email))
    }
}

#[cfg(test)]
mod tests {
    use super::MemberInRedis;
    use library_member_domain::{Email, Member};
    use library_shared_infra::cache::RedisValue;
    use library_testkit::a_member;
    use serde_json::Value;

    #[test]
    fn a_member_comes_back_as_they_were_cached() {
        for member in [a_member().build(), a_member().verified().awaiting("New@example.com").build()] {
            let cached = MemberInRedis::encode(&member).expect("encoded");
            let decoded = MemberInRedis::decode(&cached).expect("decoded");
            assert_eq!(decoded.pending_email().map(Email::as_str), member.pending_email().map(Email::as_str));
            assert_eq!(decoded, member);
        }
    }

    #[test]
    fn what_a_server_of_an_earlier_release_has_cached_is_read() {
        let member = a_member().verified().build();
        let mut cached: Value = serde_json::from_slice(&MemberInRedis::encode(&member).expect("encoded")).expect("JSON");
        assert!(cached.as_object_mut().is_some_and(|fields| fields.remove("pending_email").is_some()));
        assert_eq!(MemberInRedis::decode(cached.to_string().as_bytes()), Some(member));
    }

    #[test]
    fn what_is_no_member_is_passed_over() {
        let kept = MemberInRedis::encode(&a_member().awaiting("new@example.com").build()).expect("encoded");
        let broken = String::from_utf8(kept).expect("a text").replace("new@example.com", "nobody");
        for bytes in [broken.as_bytes(), b"{}", b""] {
            assert_eq!(MemberInRedis::decode(bytes), None::<Member>);
        }
    }
}
