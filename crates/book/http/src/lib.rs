//! The catalogue's routes: `/books`, `/books/batch` and `/books/{id}`, one endpoint a file.
//!
//! It may depend on `library-book-app`, its domain, and `library-shared-http`: it turns a request into a command and the use case's
//! answer, or its error, into a response. To add an endpoint, add a file like the others and mount it in `routes.rs`.

mod add_book;
mod add_books;
mod api;
mod body;
mod delete_book;
mod list_books;
mod openapi;
mod patch_book;
mod read_book;
mod routes;
mod update_book;

pub use api::BookApi;
pub use openapi::BookOpenApi;
pub use routes::configure;
