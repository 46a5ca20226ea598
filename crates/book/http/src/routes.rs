use crate::{
    add_book::add_book,
    add_books::{BATCH_BODY_LIMIT, add_books},
    api::BookApi,
    delete_book::delete_book,
    list_books::list_books,
    patch_book::patch_book,
    read_book::read_book,
    update_book::update_book,
};
use actix_web::web::{self, Data, ServiceConfig};
use library_shared_http::{get, with_body_limit};

/// Mounts the catalogue's routes.
pub fn configure(api: BookApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/books").route(get(list_books)).route(web::post().to(add_book)))
            // Before the route of one book, whose id it would be taken for.
            .service(with_body_limit(web::resource("/books/batch"), BATCH_BODY_LIMIT).route(web::post().to(add_books)))
            .service(
                web::resource("/books/{id}")
                    .route(get(read_book))
                    .route(web::put().to(update_book))
                    .route(web::patch().to(patch_book))
                    .route(web::delete().to(delete_book)),
            );
    }
}
