//! The catalogue's use cases, one a file: [`AddBook`], [`UpdateBook`], [`ReadBook`], [`ListBooks`], [`DeleteBook`].
//!
//! A use case loads, decides, persists and returns; each has its command and its error. It may depend on domains alone: no SQL, no
//! HTTP, no JSON. To add one, add a file like the others, a line below, and a route in `library-book-http`.

mod add_book;
mod cataloguing;
mod delete_book;
mod list_books;
mod read_book;
mod update_book;

pub use add_book::{AddBook, AddBookCommand, AddBookError};
pub use cataloguing::Cataloguing;
pub use delete_book::{DeleteBook, DeleteBookError};
pub use list_books::ListBooks;
pub use read_book::{ReadBook, ReadBookError};
pub use update_book::{UpdateBook, UpdateBookCommand, UpdateBookError};
