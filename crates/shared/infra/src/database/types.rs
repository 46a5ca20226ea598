//! SQL types that both databases have, and the Rust values stored in them.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{self, SqlType},
    sqlite::Sqlite,
};
use library_shared_domain::{DependencyError, Revision, Version};
use std::fmt::Display;
use time::OffsetDateTime;
use uuid::Uuid;

/// A UUID: `uuid` on PostgreSQL, sixteen bytes on SQLite.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct DbUuid;

/// A time: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct DbTimestamp;

impl sql_types::SqlOrd for DbUuid {}
impl sql_types::SqlOrd for DbTimestamp {}

/// A UUID as a row holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbUuid)]
pub struct SqlUuid(Uuid);

impl SqlUuid {
    /// The UUID of a typed id.
    pub fn new(id: impl Into<Uuid>) -> Self {
        Self(id.into())
    }

    /// The typed id that this UUID is.
    #[must_use]
    pub fn id<Id: From<Uuid>>(self) -> Id {
        Id::from(self.0)
    }
}

/// A time as a row holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbTimestamp)]
pub struct SqlTimestamp(pub OffsetDateTime);

impl ToSql<DbUuid, Pg> for SqlUuid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Uuid, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<DbUuid, Pg> for SqlUuid {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<DbUuid, Sqlite> for SqlUuid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<DbUuid, Sqlite> for SqlUuid {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<sql_types::Binary, Sqlite>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

impl ToSql<DbTimestamp, Pg> for SqlTimestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<DbTimestamp, Pg> for SqlTimestamp {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <OffsetDateTime as FromSql<sql_types::Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<DbTimestamp, Sqlite> for SqlTimestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(i64::try_from(self.0.unix_timestamp_nanos() / 1_000)?);
        Ok(IsNull::No)
    }
}

impl FromSql<DbTimestamp, Sqlite> for SqlTimestamp {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let microseconds = <i64 as FromSql<sql_types::BigInt, Sqlite>>::from_sql(value)?;
        Ok(Self(OffsetDateTime::from_unix_timestamp_nanos(i128::from(microseconds) * 1_000)?))
    }
}

/// The revision that the columns `version`, `created_at` and `updated_at` of a row are.
#[must_use]
pub const fn revision(version: i64, created_at: SqlTimestamp, updated_at: SqlTimestamp) -> Revision {
    Revision { version: Version::from_number(version), created_at: created_at.0, updated_at: updated_at.0 }
}

/// The error of a row that cannot be what its table says it is. It names the table and the id, and nothing of what is in the row.
pub fn corrupt(table: &'static str, id: impl Display, rule: impl Display) -> DependencyError {
    DependencyError::failed("database", format!("the row {id} of {table} cannot be read back: {rule}"))
}
