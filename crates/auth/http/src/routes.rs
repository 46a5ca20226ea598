use crate::{api::AuthApi, login::login, logout::logout, refresh_tokens::refresh_tokens};
use actix_web::web::{self, Data, ServiceConfig};

/// Mounts the session routes, and the gate for those of other contexts.
pub fn configure(api: AuthApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/auth/login").route(web::post().to(login)))
            .service(web::resource("/auth/refresh").route(web::post().to(refresh_tokens)))
            .service(web::resource("/auth/logout").route(web::post().to(logout)));
    }
}
