use crate::{borrow_book::borrow_book, return_book::return_book};
use actix_web::web::{self, Data, ServiceConfig};
use library_loan_app::{BorrowBook, ReturnBook};
use library_shared_http::WriteTasks;
use std::sync::Arc;

/// What the loans' routes call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct LoanApi {
    pub borrow_book: Arc<BorrowBook>,
    pub return_book: Arc<ReturnBook>,
    pub writes: WriteTasks,
}

/// Mounts the loans' routes. The gate has to be mounted as well, by `library-auth-http`.
pub fn configure(api: LoanApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/loans").route(web::post().to(borrow_book)))
            .service(web::resource("/loans/{id}/return").route(web::post().to(return_book)));
    }
}
