diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    books (id) {
        id -> DbUuid,
        isbn -> Text,
        title -> Text,
        author -> Text,
        description -> Text,
        version -> BigInt,
        created_at -> DbTimestamp,
        updated_at -> DbTimestamp,
        title_key -> Text,
        author_key -> Text,
        description_key -> Text,
    }
}
