-- Lists in every order, and search.
-- <column>_key is the text without regard to case and accents, as the domain folds it; <column>_order is the beginning of it, by
-- which lists are put in order. `library_fold` is the domain's function, which the migrating connection has.

-- With a number of its own for each book, which the search index refers to: unlike an implicit one, it stays when the file is
-- vacuumed.
CREATE TABLE numbered_books (
    number integer PRIMARY KEY,
    id blob NOT NULL UNIQUE,
    isbn text NOT NULL UNIQUE,
    title text NOT NULL,
    author text NOT NULL,
    description text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    title_key text NOT NULL,
    author_key text NOT NULL,
    description_key text NOT NULL,
    title_order text GENERATED ALWAYS AS (substr(title_key, 1, 200)) VIRTUAL,
    author_order text GENERATED ALWAYS AS (substr(author_key, 1, 200)) VIRTUAL
);

INSERT INTO numbered_books (id, isbn, title, author, description, version, created_at, updated_at, title_key, author_key, description_key)
SELECT id, isbn, title, author, description, version, created_at, updated_at, library_fold(title), library_fold(author), library_fold(description)
FROM books ORDER BY id;

DROP TABLE books;
ALTER TABLE numbered_books RENAME TO books;

CREATE INDEX books_title_order ON books (title_order, id);
CREATE INDEX books_author_order ON books (author_order, id);
CREATE INDEX books_created_at ON books (created_at, id);
CREATE INDEX books_updated_at ON books (updated_at, id);

-- The index alone; the texts stay in the table. The triggers keep it in the transaction of each change.
CREATE VIRTUAL TABLE book_search USING fts5 (
    title_key, author_key, description_key,
    content = 'books', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

INSERT INTO book_search (book_search) VALUES ('rebuild');

CREATE TRIGGER books_search_insert AFTER INSERT ON books BEGIN
    INSERT INTO book_search (rowid, title_key, author_key, description_key)
    VALUES (new.number, new.title_key, new.author_key, new.description_key);
END;

CREATE TRIGGER books_search_delete AFTER DELETE ON books BEGIN
    INSERT INTO book_search (book_search, rowid, title_key, author_key, description_key)
    VALUES ('delete', old.number, old.title_key, old.author_key, old.description_key);
END;

CREATE TRIGGER books_search_update AFTER UPDATE OF title_key, author_key, description_key ON books BEGIN
    INSERT INTO book_search (book_search, rowid, title_key, author_key, description_key)
    VALUES ('delete', old.number, old.title_key, old.author_key, old.description_key);
    INSERT INTO book_search (rowid, title_key, author_key, description_key)
    VALUES (new.number, new.title_key, new.author_key, new.description_key);
END;

-- A column that is not null needs a default to be added; every row gets its own at once.
ALTER TABLE members ADD COLUMN name_key text NOT NULL DEFAULT '';
UPDATE members SET name_key = library_fold(name);
ALTER TABLE members ADD COLUMN name_order text GENERATED ALWAYS AS (substr(name_key, 1, 200)) VIRTUAL;

CREATE INDEX members_name_order ON members (name_order, id);
CREATE INDEX members_created_at ON members (created_at, id);
CREATE INDEX members_updated_at ON members (updated_at, id);

CREATE INDEX loans_member_id_loaned_at ON loans (member_id, loaned_at, id);
CREATE INDEX loans_member_id_due_at ON loans (member_id, due_at, id);
