use crate::schema::members;
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use library_member_domain::{Email, Member, MemberName};
use library_shared_domain::{DependencyError, MemberId, fold};
use library_shared_infra::database::{SqlTimestamp, SqlUuid, corrupt, revision};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    id: SqlUuid,
    name: String,
    email: String,
    email_key: String,
    is_verified: bool,
    pending_email: Option<String>,
    version: i64,
    created_at: SqlTimestamp,
    updated_at: SqlTimestamp,
}

/// What a member is put in order by.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberKeys {
    name_key: String,
}

impl From<&MemberName> for MemberKeys {
    fn from(name: &MemberName) -> Self {
        Self { name_key: fold(name.as_str()) }
    }
}

impl From<&Member> for MemberRow {
    fn from(member: &Member) -> Self {
        let revision = member.revision();
        Self {
            id: SqlUuid::new(member.id()),
            name: member.name().as_str().to_owned(),
            email: member.email().as_str().to_owned(),
            email_key: member.email().key().to_owned(),
            is_verified: member.is_verified(),
            pending_email: member.pending_email().map(|email| email.as_str().to_owned()),
            version: revision.version.number(),
            created_at: SqlTimestamp(revision.created_at),
            updated_at: SqlTimestamp(revision.updated_at),
        }
    }
}

impl TryFrom<MemberRow> for Member {
    type Error = DependencyError;

    fn try_from(row: MemberRow) -> Result<Self, DependencyError> {
        let id: MemberId = row.id.id();
        let pending_email = row.pending_email.map(|email| Email::parse(&email)).transpose();
        Ok(Self::restore(
            id,
            MemberName::parse(&row.name).map_err(|error| corrupt("members", id, error))?,
            Email::parse(&row.email).map_err(|error| corrupt("members", id, error))?,
            row.is_verified,
            revision(row.version, row.created_at, row.updated_at),
        )
        .with_pending_email(pending_email.map_err(|error| corrupt("members", id, error))?))
    }
}
