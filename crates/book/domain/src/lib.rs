//! The catalogue: what a book is, and the port that keeps books.
//!
//! - [`Book`]: the aggregate; [`BookDetails`]: what of it may be revised;
//! - [`Title`], [`Author`], [`Description`], [`Isbn`]: its value objects;
//! - [`BookRepository`]: the port, with an error for each of its commands.
//!
//! It may depend on `library-shared-domain` alone. To add a value, give it a `parse` with an error of its own; to add a query,
//! add a method to the port, its contract to the test kit's suite, and let the compiler name the adapters.

mod book;
mod isbn;
mod repository;
mod values;

pub use book::{Book, BookDetails};
pub use isbn::{InvalidIsbn, Isbn};
pub use repository::{BookRepository, CreateBookError, DeleteBookError, UpdateBookError};
pub use values::{Author, Description, Title};
