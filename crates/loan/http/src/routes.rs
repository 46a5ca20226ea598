use crate::{
    api::LoanApi,
    borrow_book::borrow_book,
    list_loans::{list_loans, list_own_loans},
    read_loan::read_loan,
    return_book::return_book,
};
use actix_web::web::{self, Data, ServiceConfig};
use library_shared_http::get;

/// Mounts the loans' routes. The gate has to be mounted as well, by `library-auth-http`.
pub fn configure(api: LoanApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/loans").route(get(list_loans)).route(web::post().to(borrow_book)))
            .service(web::resource("/loans/{id}").route(get(read_loan)))
            .service(web::resource("/loans/{id}/return").route(web::post().to(return_book)))
            .service(web::resource("/members/me/loans").route(get(list_own_loans)));
    }
}
