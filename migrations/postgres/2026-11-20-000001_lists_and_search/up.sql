-- Lists in every order, and search.
-- <column>_key is the text without regard to case and accents, as the domain folds it; <column>_order is the beginning of it, by
-- which lists are put in order: an index takes no text of any length. Codes and keys are compared byte by byte, alike on every server.

ALTER TABLE books
    ALTER COLUMN isbn TYPE text COLLATE "C",
    ADD COLUMN title_key text COLLATE "C",
    ADD COLUMN author_key text COLLATE "C",
    ADD COLUMN description_key text COLLATE "C";

-- Right for ASCII; who migrates folds the others in the same transaction, as the domain does.
UPDATE books SET
    title_key = lower(title COLLATE "C"),
    author_key = lower(author COLLATE "C"),
    description_key = lower(description COLLATE "C");

-- The words of a folded text, each with a w in front: what is neither a letter nor a digit parts them. The parser would take "and/or" for
-- a file name, and "1e5" for a number.
CREATE FUNCTION library_words(folded text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(folded, '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02df\u2000-\u2bff\u3000-\u303f\ufe10-\ufe6f\uff00-\uff20]+', ' ', 'g'), '(\S+)', 'w\1', 'g');

ALTER TABLE books
    ALTER COLUMN title_key SET NOT NULL,
    ALTER COLUMN author_key SET NOT NULL,
    ALTER COLUMN description_key SET NOT NULL,
    ADD COLUMN title_order text COLLATE "C" GENERATED ALWAYS AS (substr(title_key, 1, 200)) STORED,
    ADD COLUMN author_order text COLLATE "C" GENERATED ALWAYS AS (substr(author_key, 1, 200)) STORED,
    -- A word of the title counts more than one of the author, and that more than one of the description.
    ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', library_words(title_key)), 'A')
        || setweight(to_tsvector('simple', library_words(author_key)), 'B')
        || setweight(to_tsvector('simple', library_words(description_key)), 'C')
    ) STORED;

CREATE INDEX books_title_order ON books (title_order, id);
CREATE INDEX books_author_order ON books (author_order, id);
CREATE INDEX books_created_at ON books (created_at, id);
CREATE INDEX books_updated_at ON books (updated_at, id);
CREATE INDEX books_search ON books USING gin (search);

ALTER TABLE members
    ALTER COLUMN email_key TYPE text COLLATE "C",
    ADD COLUMN name_key text COLLATE "C";

UPDATE members SET name_key = lower(name COLLATE "C");

ALTER TABLE members
    ALTER COLUMN name_key SET NOT NULL,
    ADD COLUMN name_order text COLLATE "C" GENERATED ALWAYS AS (substr(name_key, 1, 200)) STORED;

CREATE INDEX members_name_order ON members (name_order, id);
CREATE INDEX members_created_at ON members (created_at, id);
CREATE INDEX members_updated_at ON members (updated_at, id);

CREATE INDEX loans_member_id_loaned_at ON loans (member_id, loaned_at, id);
CREATE INDEX loans_member_id_due_at ON loans (member_id, due_at, id);
