use library_book_app::{AddBook, DeleteBook, ListBooks, ReadBook, UpdateBook};
use library_shared_http::WriteTasks;
use std::sync::Arc;

/// What the catalogue's routes call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct BookApi {
    pub add_book: Arc<AddBook>,
    pub update_book: Arc<UpdateBook>,
    pub read_book: Arc<ReadBook>,
    pub list_books: Arc<ListBooks>,
    pub delete_book: Arc<DeleteBook>,
    pub writes: WriteTasks,
}
