//! The catalogue's routes: `/books` and `/books/{id}`, one endpoint a file.
//!
//! It may depend on `library-book-app`, its domain, and `library-shared-http`: it turns a request into a command and the use case's
//! answer, or its error, into a response. To add an endpoint, add a file like the others and mount it in `routes.rs`.

mod add_book;
mod api;
mod body;
mod delete_book;
mod list_books;
mod read_book;
mod routes;
mod update_book;

pub use api::BookApi;
pub use routes::configure;
