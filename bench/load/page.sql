-- GET /books: what the server sends; one more than it shows tells whether there is another page.
SELECT books.id, books.isbn, books.title, books.author, books.description, books.version, books.created_at, books.updated_at FROM books WHERE TRUE ORDER BY books.id DESC LIMIT :limit;
