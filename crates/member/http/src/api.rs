use crate::{
    delete_member::delete_member, list_members::list_members, read_member::read_member, register_member::register_member,
    verification_page::verification_page, verify_member::verify_member,
};
use actix_web::web::{self, Data, ServiceConfig};
use library_member_app::{DeleteMember, ListMembers, ReadMember, RegisterMember, VerifyMember};
use library_shared_http::{WriteTasks, get};
use std::sync::Arc;

/// What the members' routes call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct MemberApi {
    pub register_member: Arc<RegisterMember>,
    pub verify_member: Arc<VerifyMember>,
    pub read_member: Arc<ReadMember>,
    pub list_members: Arc<ListMembers>,
    pub delete_member: Arc<DeleteMember>,
    pub writes: WriteTasks,
}

/// Mounts the members' routes.
pub fn configure(api: MemberApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(web::resource("/members").route(get(list_members)).route(web::post().to(register_member)))
            // Before the route of any id, which it would be taken for.
            .service(web::resource("/members/verify").route(get(verification_page)).route(web::post().to(verify_member)))
            .service(web::resource("/members/{id}").route(get(read_member)).route(web::delete().to(delete_member)));
    }
}
