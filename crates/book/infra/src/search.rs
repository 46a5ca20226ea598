use crate::{list::column, row::BookColumns};
use library_book_domain::{BookSearch, SearchWords};
use library_shared_infra::database::{SqlFragment, SqlStatement, condition};

/// A search on PostgreSQL, by its full-text search in the column `search`.
pub fn on_postgres(search: &BookSearch) -> SqlStatement<BookColumns> {
    // Each word in quotes, and nothing in it that could end them: words are letters and digits.
    // The schema keeps them with a w in front, so that its parser takes none for a number.
    let query = joined(&search.words, " & ", |word| format!("'w{word}':*"));
    let found = SqlFragment::default()
        .sql("SELECT books.id AS found_id, -ts_rank('{0.01, 0.01, 0.1, 1.0}', search, CAST(")
        .text(&query)
        .sql(" AS tsquery)) AS rank FROM books WHERE search @@ CAST(")
        .text(query)
        .sql(" AS tsquery) AND ");
    statement(search, found, " ORDER BY books.id DESC", "books.id = found_id")
}

/// A search on SQLite, by FTS5 in the table `book_search`, whose rows have the numbers of the books.
pub fn on_sqlite(search: &BookSearch) -> SqlStatement<BookColumns> {
    let query = joined(&search.words, " ", |word| format!("\"{word}\" *"));
    let found = SqlFragment::default()
        .sql("SELECT books.number AS found_number, bm25(book_search, 100.0, 10.0, 1.0) AS rank FROM book_search JOIN books ON ")
        .sql("books.number = book_search.rowid WHERE book_search MATCH ")
        .text(query)
        .sql(" AND ");
    statement(search, found, " ORDER BY book_search.rowid DESC", "books.number = found_number")
}

/// The books found that meet the filters, the best first: those of the least rank. Of more than ten thousand, the newest ten thousand
/// are ranked, so that the commonest word is not beyond the time limit of a statement.
fn statement(
    search: &BookSearch,
    found: SqlFragment,
    newest_first: &'static str,
    is_found: &'static str,
) -> SqlStatement<BookColumns> {
    let found = found.then(condition(&search.filters, &column)).sql(newest_first);
    let statement = SqlFragment::default().sql("WITH found AS MATERIALIZED (").then(found).sql(
        " LIMIT 10000) SELECT books.id, books.isbn, books.title, books.author, books.description, books.version, books.created_at, \
         books.updated_at FROM found JOIN books ON ",
    );
    let (limit, offset) = (i64::from(search.surplus()), i64::from(search.offset.number()));
    let statement =
        statement.sql(is_found).sql(" ORDER BY found.rank, books.id DESC LIMIT ").number(limit).sql(" OFFSET ").number(offset);
    statement.into_statement()
}

fn joined(words: &SearchWords, separator: &str, quoted: impl Fn(&String) -> String) -> String {
    words.as_slice().iter().map(quoted).collect::<Vec<_>>().join(separator)
}
