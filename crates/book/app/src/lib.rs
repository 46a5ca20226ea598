//! The catalogue's use cases, one a file: [`AddBook`], [`AddBooks`], [`UpdateBook`], [`ReadBook`], [`ListBooks`],
//! [`SearchBooks`], [`DeleteBook`].
//!
//! A use case loads, decides, persists and returns; each has its command and its error. It may depend on domains alone: no SQL, no
//! HTTP, no JSON. To add one, add a file like the others, a line below, and a route in `library-book-http`.

mod add_book;
mod add_books;
mod cataloguing;
mod delete_book;
mod list_books;
mod read_book;
mod search_books;
mod update_book;

pub use add_book::{AddBook, AddBookCommand, AddBookError};
pub use add_books::{AddBookOutcome, AddBooks, AddBooksError, ROWS_PER_UNIT};
pub use cataloguing::Cataloguing;
pub use delete_book::{DeleteBook, DeleteBookCommand, DeleteBookError};
pub use list_books::ListBooks;
pub use read_book::{ReadBook, ReadBookError};
pub use search_books::SearchBooks;
pub use update_book::{UpdateBook, UpdateBookCommand, UpdateBookError};
