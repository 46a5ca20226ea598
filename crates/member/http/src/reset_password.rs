use crate::{
    api::MemberApi,
    openapi,
    password_reset_page::{Step, page},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_member_app::{ResetPasswordCommand, ResetPasswordError};
use library_member_domain::{InvalidPasswordResetToken, Password, PasswordResetToken};
use library_shared_http::{FieldErrors, JsonOrFormBody, Problem, TextField, accepts_html};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new password, and the token that allows it.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = PasswordReset, examples(openapi::password_reset))]
pub struct ResetPasswordBody {
    #[schema(schema_with = openapi::token, required)]
    token: TextField,
    #[schema(schema_with = openapi::new_password, required)]
    password: TextField,
}

impl ResetPasswordBody {
    /// What to ask a person again, whose link is whole and whose password is not.
    fn ask_again(&self) -> Option<Step> {
        match (&self.token, &self.password) {
            (TextField::Text(token), TextField::Text(password)) if !token.trim().is_empty() => {
                let complaint = Password::parse(password).err()?.to_string();
                Some(Step::Ask { token: token.trim().to_owned(), complaint: Some(complaint) })
            }
            _ => None,
        }
    }
}

impl TryFrom<ResetPasswordBody> for ResetPasswordCommand {
    type Error = Problem;

    fn try_from(body: ResetPasswordBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let token = errors.required("token", body.token, |text| match text.trim() {
            "" => Err("must not be empty"),
            token => Ok(PasswordResetToken::from_text(token.to_owned())),
        });
        let password = errors.required("password", body.password, Password::parse);
        match (token, password) {
            (Some(token), Some(password)) => Ok(Self { token, password }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// `POST /auth/password/reset`, for clients and for the form of the page, which is answered with a page.
#[utoipa::path(
    post,
    path = "/auth/password/reset",
    tag = openapi::MEMBERS,
    summary = "Set a new password",
    description = "Sets the password of the member whom the token was mailed to, and ends all their sessions. The token is good for one \
                   use. A client that prefers `text/html`, as browsers do, is answered with a page, and a 200 instead of a 204.",
    request_body(
        description = "The token and the password.",
        content((ResetPasswordBody = "application/json"), (ResetPasswordBody = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 204, description = "The password is set."),
        (status = 200, description = "A page that says that the password is set.", body = String, content_type = "text/html"),
        (
            status = 401,
            description = "The token is not valid, or no longer.",
            headers(("WWW-Authenticate" = String, description = "How to prove who calls.")),
            content(
                (Problem = "application/problem+json", example = json!(problem(InvalidPasswordResetToken.into()))),
                (String = "text/html"),
            ),
        ),
        (
            status = 422,
            description = "There is no token, or the password cannot be one.",
            content(
                (Problem = "application/problem+json", example = json!(openapi::no_token())),
                (String = "text/html"),
            ),
        ),
    ),
)]
pub async fn reset_password(
    api: Data<MemberApi>,
    request: HttpRequest,
    JsonOrFormBody(body): JsonOrFormBody<ResetPasswordBody>,
) -> Result<HttpResponse, Problem> {
    if !accepts_html(&request) {
        reset(&api, body).await?;
        return Ok(HttpResponse::NoContent().finish());
    }
    if let Some(step) = body.ask_again() {
        return Ok(page(step));
    }
    match reset(&api, body).await {
        Ok(()) => Ok(page(Step::Changed)),
        Err(problem) if problem.status().is_client_error() => Ok(page(Step::Refused { status: problem.status() })),
        Err(problem) => Err(problem),
    }
}

async fn reset(api: &MemberApi, body: ResetPasswordBody) -> Result<(), Problem> {
    let command = body.try_into()?;
    let use_case = api.reset_password.clone();
    api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)
}

fn problem(error: ResetPasswordError) -> Problem {
    match error {
        ResetPasswordError::InvalidToken(_) => Problem::unauthorized("The password reset token is not valid, or no longer."),
        ResetPasswordError::Dependency(error) => error.into(),
    }
}
