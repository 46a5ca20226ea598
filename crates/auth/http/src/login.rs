use crate::{
    api::AuthApi,
    openapi,
    tokens::{TokenPairBody, token_response},
};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::{LoginCommand, LoginError};
use library_shared_http::{FieldErrors, JsonBody, Problem, TextField};
use secrecy::SecretString;
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What a member proves who they are with.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = Credentials, examples(openapi::credentials))]
pub struct LoginBody {
    #[schema(schema_with = openapi::email, required)]
    email: TextField,
    #[schema(schema_with = openapi::password, required)]
    password: TextField,
}

impl TryFrom<LoginBody> for LoginCommand {
    type Error = Problem;

    fn try_from(body: LoginBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let email = errors.required("email", body.email, |text| match text.trim() {
            "" => Err("must not be empty"),
            email => Ok(email.to_owned()),
        });
        let password = errors.required("password", body.password, |text| match text {
            "" => Err("must not be empty"),
            password => Ok(SecretString::from(password)),
        });
        match (email, password) {
            (Some(email), Some(password)) => Ok(Self { email, password }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// `POST /auth/login`
#[utoipa::path(
    post,
    path = "/auth/login",
    tag = openapi::SESSIONS,
    summary = "Log in",
    description = "Begins a session. A member need not be verified to log in. After five failures in a row an account's logins have \
                   to wait: one second, two, four, and 15 minutes at most.",
    request_body(content = LoginBody, description = "Who logs in."),
    responses(
        (
            status = 200,
            description = "The tokens of the session.",
            body = TokenPairBody,
            headers(("Cache-Control" = String, description = "`no-store`: nobody on the way may keep the tokens.")),
            links(
                ("refresh_tokens" = (operation_id = "refresh_tokens", request_body = "$response.body")),
                ("logout" = (operation_id = "logout", request_body = "$response.body")),
            ),
        ),
        (
            status = 401,
            description = "The email address or the password is wrong.",
            body = Problem,
            headers(("WWW-Authenticate" = String, description = "How to prove who calls.")),
            example = json!(problem(LoginError::WrongCredentials)),
        ),
        (
            status = 429,
            description = "Too many logins of this account have failed, or too many requests came from this address.",
            body = Problem,
            headers(("Retry-After" = u64, description = "How many seconds to wait.")),
            example = json!(too_many_failures(Duration::from_secs(1))),
        ),
    ),
)]
pub async fn login(api: Data<AuthApi>, JsonBody(body): JsonBody<LoginBody>) -> Result<HttpResponse, Problem> {
    let command = LoginCommand::try_from(body)?;
    let use_case = api.login.clone();
    let pair = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(token_response(&pair))
}

fn problem(error: LoginError) -> Problem {
    match error {
        LoginError::NotAnAddress { rule } => {
            let mut errors = FieldErrors::default();
            errors.note::<()>("email", rule);
            errors.into_problem()
        }
        LoginError::WrongCredentials => Problem::unauthorized("The email address or the password is wrong."),
        LoginError::TooManyFailures(refusal) => too_many_failures(refusal.wait.unsigned_abs()),
        LoginError::Dependency(error) => error.into(),
    }
}

/// 429: the account has to wait.
#[must_use]
pub fn too_many_failures(wait: Duration) -> Problem {
    Problem::too_many(
        "too-many-failed-logins",
        "Too many failed logins",
        "Too many logins to this account have failed. Please wait before you try again.",
        wait,
    )
}
