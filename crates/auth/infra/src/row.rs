use crate::schema::refresh_tokens;
use diesel::{Insertable, Queryable};
use library_auth_domain::{RefreshToken, TokenHash};
use library_shared_domain::{DependencyError, RefreshTokenId};
use library_shared_infra::database::{SqlTimestamp, SqlUuid, corrupt};

#[derive(Queryable, Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
pub struct RefreshTokenRow {
    id: SqlUuid,
    session_id: SqlUuid,
    member_id: SqlUuid,
    token_hash: Vec<u8>,
    expires_at: SqlTimestamp,
    revoked_at: Option<SqlTimestamp>,
}

impl From<&RefreshToken> for RefreshTokenRow {
    fn from(token: &RefreshToken) -> Self {
        Self {
            id: SqlUuid::new(token.id),
            session_id: SqlUuid::new(token.session),
            member_id: SqlUuid::new(token.member_id),
            token_hash: token.token_hash.as_bytes().to_vec(),
            expires_at: SqlTimestamp(token.expires_at),
            revoked_at: token.revoked_at.map(SqlTimestamp),
        }
    }
}

impl TryFrom<RefreshTokenRow> for RefreshToken {
    type Error = DependencyError;

    fn try_from(row: RefreshTokenRow) -> Result<Self, DependencyError> {
        let id: RefreshTokenId = row.id.id();
        let hash = row.token_hash.try_into().map_err(|_| corrupt("refresh_tokens", id, "a hash has 32 bytes"))?;
        Ok(Self {
            id,
            member_id: row.member_id.id(),
            session: row.session_id.id(),
            token_hash: TokenHash::from_bytes(hash),
            expires_at: row.expires_at.0,
            revoked_at: row.revoked_at.map(|revoked_at| revoked_at.0),
        })
    }
}
