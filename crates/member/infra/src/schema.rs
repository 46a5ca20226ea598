diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use library_shared_infra::database::{DbTimestamp, DbUuid};

    members (id) {
        id -> DbUuid,
        name -> Text,
        email -> Text,
        email_key -> Text,
        is_verified -> Bool,
        version -> BigInt,
        created_at -> DbTimestamp,
        updated_at -> DbTimestamp,
        name_key -> Text,
        pending_email -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use library_shared_infra::database::DbUuid;

    credentials (member_id) {
        member_id -> DbUuid,
        password_hash -> Text,
    }
}
