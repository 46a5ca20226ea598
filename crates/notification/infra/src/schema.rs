diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    notifications (id) {
        id -> DbUuid,
        kind -> Text,
        member_id -> DbUuid,
        queued_at -> DbTimestamp,
        attempts -> Integer,
        available_at -> DbTimestamp,
        claim_token -> Nullable<DbUuid>,
        last_error -> Nullable<Text>,
        failed_at -> Nullable<DbTimestamp>,
    }
}
