diesel::table! {
    use crate::database::{DbTimestamp, DbUuid};
    use diesel::sql_types::{Binary, Nullable, Text};

    idempotency_claims (id) {
        id -> DbUuid,
        caller -> Text,
        key_hash -> Binary,
        fingerprint -> Binary,
        member_id -> Nullable<DbUuid>,
        claimed_at -> DbTimestamp,
        leased_until -> DbTimestamp,
        outcome -> Nullable<Binary>,
    }
}
