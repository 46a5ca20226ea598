DROP INDEX loans_member_id_due_at;
DROP INDEX loans_member_id_loaned_at;

DROP INDEX members_updated_at;
DROP INDEX members_created_at;
ALTER TABLE members
    DROP COLUMN name_order,
    DROP COLUMN name_key,
    ALTER COLUMN email_key TYPE text COLLATE "default";

DROP INDEX books_updated_at;
DROP INDEX books_created_at;
ALTER TABLE books
    DROP COLUMN search,
    DROP COLUMN author_order,
    DROP COLUMN title_order,
    DROP COLUMN description_key,
    DROP COLUMN author_key,
    DROP COLUMN title_key,
    ALTER COLUMN isbn TYPE text COLLATE "default";
DROP FUNCTION library_words;
