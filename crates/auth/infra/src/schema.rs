diesel::table! {
    use diesel::sql_types::Nullable;
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    sessions (id) {
        id -> DbUuid,
        member_id -> DbUuid,
        created_at -> DbTimestamp,
        revoked_at -> Nullable<DbTimestamp>,
        refreshed_at -> Nullable<DbTimestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    refresh_tokens (id) {
        id -> DbUuid,
        session_id -> DbUuid,
        member_id -> DbUuid,
        token_hash -> Binary,
        expires_at -> DbTimestamp,
        revoked_at -> Nullable<DbTimestamp>,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(sessions, refresh_tokens);

diesel::define_sql_function! {
    /// The first of two times that is there.
    fn coalesce(
        first: diesel::sql_types::Nullable<library_shared_infra::database::DbTimestamp>,
        second: library_shared_infra::database::DbTimestamp,
    ) -> library_shared_infra::database::DbTimestamp;
}
