use crate::{
    api::MemberApi, delete_member::delete_member, list_members::list_members, password_reset_page::password_reset_page,
    patch_own_member::patch_own_member, read_member::read_member, read_own_member::read_own_member,
    register_member::register_member, request_password_reset::request_password_reset, resend_verification::resend_verification,
    reset_password::reset_password, verification_page::verification_page, verify_member::verify_member,
};
use actix_web::web::{self, Data, ServiceConfig};
use library_shared_http::get;

/// Mounts the members' routes. The gate has to be mounted as well, by `library-auth-http`.
pub fn configure(api: MemberApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/members").route(get(list_members)).route(web::post().to(register_member)))
            // These before the route of any id, which they would be taken for.
            .service(web::resource("/members/verify").route(get(verification_page)).route(web::post().to(verify_member)))
            .service(web::resource("/members/verify/resend").route(web::post().to(resend_verification)))
            .service(web::resource("/members/me").route(get(read_own_member)).route(web::patch().to(patch_own_member)))
            .service(web::resource("/members/{id}").route(get(read_member)).route(web::delete().to(delete_member)))
            .service(web::resource("/auth/password/forgot").route(web::post().to(request_password_reset)))
            .service(web::resource("/auth/password/reset").route(get(password_reset_page)).route(web::post().to(reset_password)));
    }
}
