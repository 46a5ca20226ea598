-- POST /loans and POST /loans/{id}/return: the statements that the server sends, in its transactions. The book is the client's own; the id
-- of the loan is made of the round, the client and a number.
\set n :n + 1
\set key :round * 10000000 + :n
SELECT members.is_verified FROM members WHERE members.id = :member LIMIT 1;
BEGIN;
SELECT books.id, books.isbn, books.title, books.author, books.description, books.version, books.created_at, books.updated_at FROM books WHERE books.id = lpad(to_hex(:client_id::bigint), 32, '0')::uuid LIMIT 1;
SELECT members.id, members.name, members.email, members.email_key, members.is_verified, members.pending_email, members.version, members.created_at, members.updated_at FROM members WHERE members.id = :member LIMIT 1;
SELECT loans.id, loans.book_id, loans.member_id, loans.loaned_at, loans.due_at, loans.returned_at, loans.version, loans.created_at, loans.updated_at FROM loans WHERE loans.open_book_id = lpad(to_hex(:client_id::bigint), 32, '0')::uuid LIMIT 1;
INSERT INTO loans (id, book_id, member_id, loaned_at, due_at, returned_at, version, created_at, updated_at) VALUES ((lpad(to_hex(:key::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid, lpad(to_hex(:client_id::bigint), 32, '0')::uuid, :member, now(), now() + interval '14 days', DEFAULT, 1, now(), now());
COMMIT;
SELECT members.is_verified FROM members WHERE members.id = :member LIMIT 1;
BEGIN;
SELECT loans.id, loans.book_id, loans.member_id, loans.loaned_at, loans.due_at, loans.returned_at, loans.version, loans.created_at, loans.updated_at FROM loans WHERE loans.id = (lpad(to_hex(:key::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid LIMIT 1;
UPDATE loans SET returned_at = now(), version = 2, updated_at = now() WHERE loans.id = (lpad(to_hex(:key::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid AND loans.version = 1;
COMMIT;
