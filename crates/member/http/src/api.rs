use library_member_app::{
    DeleteMember, ListMembers, ReadMember, RegisterMember, RequestPasswordReset, ResendVerification, ResetPassword, UpdateMember,
    VerifyMember,
};
use library_shared_http::{CommandTasks, WriteTasks};
use std::sync::Arc;

/// What the members' routes call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct MemberApi {
    pub register_member: Arc<RegisterMember>,
    pub verify_member: Arc<VerifyMember>,
    pub resend_verification: Arc<ResendVerification>,
    pub request_password_reset: Arc<RequestPasswordReset>,
    pub reset_password: Arc<ResetPassword>,
    pub read_member: Arc<ReadMember>,
    pub list_members: Arc<ListMembers>,
    pub update_member: Arc<UpdateMember>,
    pub delete_member: Arc<DeleteMember>,
    pub commands: CommandTasks,
    pub writes: WriteTasks,
}
