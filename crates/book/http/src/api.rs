use crate::{
    add_book::add_book, delete_book::delete_book, list_books::list_books, read_book::read_book, update_book::update_book,
};
use actix_web::web::{self, Data, ServiceConfig};
use library_book_app::{AddBook, DeleteBook, ListBooks, ReadBook, UpdateBook};
use library_shared_http::{WriteTasks, get};
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

/// Mounts the catalogue's routes.
pub fn configure(api: BookApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/books").route(get(list_books)).route(web::post().to(add_book)))
            .service(
                web::resource("/books/{id}")
                    .route(get(read_book))
                    .route(web::put().to(update_book))
                    .route(web::delete().to(delete_book)),
            );
    }
}
