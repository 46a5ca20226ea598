use crate::{api::MemberApi, body::MemberBody};
use actix_web::{HttpResponse, http::header, web::Data};
use library_member_app::{RegisterMemberCommand, RegisterMemberError};
use library_member_domain::{Email, MemberName, Password};
use library_shared_http::{FieldErrors, JsonBody, Problem, TextField};
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RegisterMemberBody {
    name: TextField,
    email: TextField,
    password: TextField,
}

impl TryFrom<RegisterMemberBody> for RegisterMemberCommand {
    type Error = Problem;

    fn try_from(body: RegisterMemberBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let name = errors.required("name", body.name, MemberName::parse);
        let email = errors.required("email", body.email, Email::parse);
        let password = errors.required("password", body.password, Password::parse);
        match (name, email, password) {
            (Some(name), Some(email), Some(password)) => Ok(Self { name, email, password }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// `POST /members`
pub async fn register_member(
    api: Data<MemberApi>,
    JsonBody(body): JsonBody<RegisterMemberBody>,
) -> Result<HttpResponse, Problem> {
    let command = RegisterMemberCommand::try_from(body)?;
    let use_case = api.register_member.clone();
    let member = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    let location = format!("/members/{}", member.id());
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(MemberBody::from(&member)))
}

fn problem(error: RegisterMemberError) -> Problem {
    match error {
        RegisterMemberError::DuplicateEmail => {
            Problem::conflict("duplicate-email", "Duplicate email", "A member with this email address is already registered.")
        }
        RegisterMemberError::Dependency(error) => error.into(),
    }
}
