-- POST /books: the statements that the server sends. The id and the ISBN are made of the round, the client and a number.
\set n :n + 1
\set key :round * 10000000 + :n
\set isbn 80000000000 + :client_id * 100000000 + :round * 1000000 + :n
BEGIN;
INSERT INTO books (id, isbn, title, author, description, version, created_at, updated_at, title_key, author_key, description_key) VALUES ((lpad(to_hex(:key::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid, '97' || :isbn::bigint, 'A book of a round, number ' || :n::bigint, 'Jane Austen', 'Added under load.', 1, now(), now(), 'a book of a round, number ' || :n::bigint, 'jane austen', 'added under load.');
COMMIT;
