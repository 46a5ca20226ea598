-- GET /books/{id}: what the server sends. The id is the same in a whole run, because pgbench's own variables hold numbers alone.
SELECT books.id, books.isbn, books.title, books.author, books.description, books.version, books.created_at, books.updated_at FROM books WHERE books.id = :book;
