diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    notifications (id) {
        id -> DbUuid,
        kind -> Text,
        member_id -> DbUuid,
        queued_at -> DbTimestamp,
        attempts -> Integer,
        due_at -> DbTimestamp,
        claim_token -> Nullable<DbUuid>,
        leased_until -> Nullable<DbTimestamp>,
        last_error -> Nullable<Text>,
        failed_at -> Nullable<DbTimestamp>,
    }
}
