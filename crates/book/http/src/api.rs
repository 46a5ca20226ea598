use library_book_app::{AddBook, AddBooks, DeleteBook, ListBooks, ReadBook, SearchBooks, UpdateBook};
use library_shared_http::{CommandTasks, WriteTasks};
use std::sync::Arc;

/// What the catalogue's routes call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct BookApi {
    pub add_book: Arc<AddBook>,
    pub add_books: Arc<AddBooks>,
    pub update_book: Arc<UpdateBook>,
    pub read_book: Arc<ReadBook>,
    pub list_books: Arc<ListBooks>,
    pub search_books: Arc<SearchBooks>,
    pub delete_book: Arc<DeleteBook>,
    pub commands: CommandTasks,
    pub writes: WriteTasks,
}
