//! The catalogue: what a book is, and the port that keeps books.
//!
//! - [`Book`]: the aggregate; [`BookDetails`]: what of it may be revised; [`BookChanges`]: how;
//! - [`Title`], [`Author`], [`Description`], [`Isbn`]: its value objects;
//! - [`BookField`]: what the catalogue is filtered and sorted by; [`BookSearch`]: what a reader looks for in it;
//! - [`BookRepository`]: the port, with an error for each of its commands, and a [`Creation`] for each of many books.
//!
//! It may depend on `library-shared-domain` alone. To add a value, give it a `parse` with an error of its own; to add a query,
//! add a method to the port, its contract to the test kit's suite, and let the compiler name the adapters.

mod book;
mod field;
mod isbn;
mod repository;
mod search;
mod values;

pub use book::{Book, BookChanges, BookDetails};
pub use field::BookField;
pub use isbn::{InvalidIsbn, Isbn};
pub use repository::{BookRepository, CreateBookError, Creation, DeleteBookError, UpdateBookError};
pub use search::{BookSearch, SearchOffset, SearchPage, SearchWords};
pub use values::{Author, Description, Title};
