use crate::{
    api::AuthApi, end_all_sessions::end_all_sessions, end_session::end_session, exchange_grant::exchange_grant,
    list_public_keys::list_public_keys, list_sessions::list_sessions, login::login, logout::logout,
    refresh_tokens::refresh_tokens, revoke_token::revoke_token,
};
use actix_web::web::{self, Data, ServiceConfig};
use library_shared_http::get;

/// Mounts the session routes, and the gate for those of other contexts.
pub fn configure(api: AuthApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/auth/login").route(web::post().to(login)))
            .service(web::resource("/auth/refresh").route(web::post().to(refresh_tokens)))
            .service(web::resource("/auth/logout").route(web::post().to(logout)))
            .service(web::resource("/auth/sessions").route(get(list_sessions)).route(web::delete().to(end_all_sessions)))
            .service(web::resource("/auth/sessions/{id}").route(web::delete().to(end_session)))
            .service(web::resource("/.well-known/jwks.json").route(get(list_public_keys)))
            .service(web::resource("/auth/token").route(web::post().to(exchange_grant)))
            .service(web::resource("/auth/revoke").route(web::post().to(revoke_token)));
    }
}
