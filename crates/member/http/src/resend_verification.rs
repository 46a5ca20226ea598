use crate::{
    api::MemberApi,
    email_body::{AcceptedBody, EmailBody},
    openapi,
};
use actix_web::{HttpResponse, web::Data};
use library_shared_http::{JsonBody, Problem};

/// `POST /members/verify/resend`
#[utoipa::path(
    post,
    path = "/members/verify/resend",
    tag = openapi::MEMBERS,
    summary = "Ask for another verification mail",
    description = "Where a member has this address and has yet to verify it, another mail goes out, unless one is about to. The answer \
                   is the same whether that is so or not.",
    request_body(content = EmailBody, description = "Where the mail is to go."),
    responses((status = 202, description = "It has been taken note of.", body = AcceptedBody)),
)]
pub async fn resend_verification(api: Data<MemberApi>, JsonBody(body): JsonBody<EmailBody>) -> Result<HttpResponse, Problem> {
    let email = body.into_email()?;
    let use_case = api.resend_verification.clone();
    api.writes.run(async move { use_case.execute(&email).await }).await??;
    Ok(AcceptedBody::answer("If this is the address of a member who has yet to verify it, a mail is on its way."))
}
