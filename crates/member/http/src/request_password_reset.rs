use crate::{
    api::MemberApi,
    email_body::{AcceptedBody, EmailBody},
    openapi,
};
use actix_web::{HttpResponse, web::Data};
use library_shared_http::{JsonBody, Problem};

/// `POST /auth/password/forgot`
#[utoipa::path(
    post,
    path = "/auth/password/forgot",
    tag = openapi::MEMBERS,
    summary = "Ask for a new password",
    description = "Where a member has this address, a mail goes out with a link to set a new password, unless one is about to. The \
                   answer is the same whether that is so or not.",
    request_body(content = EmailBody, description = "Where the mail is to go."),
    responses((status = 202, description = "It has been taken note of.", body = AcceptedBody)),
)]
pub async fn request_password_reset(api: Data<MemberApi>, JsonBody(body): JsonBody<EmailBody>) -> Result<HttpResponse, Problem> {
    let email = body.into_email()?;
    let use_case = api.request_password_reset.clone();
    api.writes.run(async move { use_case.execute(&email).await }).await??;
    Ok(AcceptedBody::answer("If this is the address of a member, a mail is on its way."))
}
