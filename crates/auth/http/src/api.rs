use crate::{login::login, logout::logout, refresh_tokens::refresh_tokens};
use actix_web::web::{self, Data, ServiceConfig};
use library_auth_app::{IdentifyCaller, Login, Logout, RefreshTokens};
use library_shared_http::WriteTasks;
use std::sync::Arc;

/// What the session routes and the gate call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct AuthApi {
    pub login: Arc<Login>,
    pub refresh_tokens: Arc<RefreshTokens>,
    pub logout: Arc<Logout>,
    pub identify_caller: Arc<IdentifyCaller>,
    pub writes: WriteTasks,
}

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
