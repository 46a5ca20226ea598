diesel::table! {
    use diesel::sql_types::{BigInt, Nullable};
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    loans (id) {
        id -> DbUuid,
        book_id -> DbUuid,
        member_id -> DbUuid,
        loaned_at -> DbTimestamp,
        due_at -> DbTimestamp,
        returned_at -> Nullable<DbTimestamp>,
        version -> BigInt,
        created_at -> DbTimestamp,
        updated_at -> DbTimestamp,
        open_book_id -> Nullable<DbUuid>,
    }
}
