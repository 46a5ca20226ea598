DROP INDEX loans_member_id_due_at;
DROP INDEX loans_member_id_loaned_at;

DROP INDEX members_updated_at;
DROP INDEX members_created_at;
DROP INDEX members_name_order;
ALTER TABLE members DROP COLUMN name_order;
ALTER TABLE members DROP COLUMN name_key;

DROP TRIGGER books_search_update;
DROP TRIGGER books_search_delete;
DROP TRIGGER books_search_insert;
DROP TABLE book_search;

CREATE TABLE plain_books (
    id blob NOT NULL PRIMARY KEY,
    isbn text NOT NULL UNIQUE,
    title text NOT NULL,
    author text NOT NULL,
    description text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

INSERT INTO plain_books SELECT id, isbn, title, author, description, version, created_at, updated_at FROM books;

DROP TABLE books;
ALTER TABLE plain_books RENAME TO books;
