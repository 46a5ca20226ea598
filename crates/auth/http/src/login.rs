use crate::{api::AuthApi, tokens::token_response};
use actix_web::{HttpResponse, web::Data};
use library_auth_app::{LoginCommand, LoginError};
use library_shared_http::{FieldErrors, JsonBody, Problem, TextField};
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LoginBody {
    email: TextField,
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
        LoginError::Dependency(error) => error.into(),
    }
}
