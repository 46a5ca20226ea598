use library_e2e::Client;
use library_testkit::unique_isbn;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// What a load sends where it is to read and write: of every four clients one reads a list, one adds books, one changes this book, and
/// one reads it, mostly from the cache.
pub fn reads_and_writes(book: &Value) -> impl Fn(&Client, usize, usize) -> RequestBuilder + Send + Sync + use<> {
    let path = book_path(book);
    move |client, number, round| match number % 4 {
        0 => client.request("GET", "/books?limit=5"),
        1 => client.request("POST", "/books").json(&new_book()),
        2 => client.request("PUT", &path).json(&json!({"title": round.to_string(), "author": "Somebody", "description": ""})),
        _ => client.request("GET", &path),
    }
}

/// What a load sends where it is to read these books one after the other, mostly from the cache.
pub fn reads(books: &[Value]) -> impl Fn(&Client, usize, usize) -> RequestBuilder + Send + Sync + use<> {
    let paths: Vec<_> = books.iter().map(book_path).collect();
    move |client, number, round| client.request("GET", &paths[(number + round) % paths.len()])
}

/// The body of a request that adds a book.
#[must_use]
pub fn new_book() -> Value {
    json!({"title": "Middlemarch", "author": "George Eliot", "isbn": unique_isbn().as_str()})
}

/// Where a book is.
#[must_use]
pub fn book_path(book: &Value) -> String {
    format!("/books/{}", book["id"].as_str().expect("an id"))
}
