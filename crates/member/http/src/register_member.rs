use crate::{api::MemberApi, body::MemberBody, openapi};
use actix_web::{HttpResponse, http::header, web::Data};
use library_member_app::{RegisterMemberCommand, RegisterMemberError};
use library_member_domain::{Email, Member, MemberName, Password};
use library_shared_http::{Answer, FieldErrors, Invocation, JsonCommand, Problem, TextField};
use serde::Deserialize;
use utoipa::ToSchema;

/// Somebody who wants to be a member.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = NewMember, examples(openapi::new_member))]
pub struct RegisterMemberBody {
    #[schema(schema_with = openapi::name, required)]
    name: TextField,
    #[schema(schema_with = openapi::email, required)]
    email: TextField,
    #[schema(schema_with = openapi::new_password, required)]
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
#[utoipa::path(
    post,
    path = "/members",
    tag = openapi::MEMBERS,
    summary = "Register",
    description = "Registers a member. A mail goes out, with a link that proves whose the email address is.",
    params(Invocation),
    request_body(content = RegisterMemberBody, description = "Who registers."),
    responses(
        (
            status = 201,
            description = "The member, not yet verified.",
            body = MemberBody,
            headers(("Location" = String, description = "The path of the member."), ("ETag" = String, description = "The tag of this state.")),
            links(
                ("read_member" = (operation_id = "read_member", parameters(("id" = "$response.body#/id")))),
                ("login" = (operation_id = "login", request_body = "$request.body")),
                ("delete_member" = (operation_id = "delete_member", parameters(("id" = "$response.body#/id")))),
            ),
        ),
        (
            status = 409,
            description = "There is a member of this email address.",
            body = Problem,
            example = json!(problem(RegisterMemberError::DuplicateEmail)),
        ),
    ),
)]
pub async fn register_member(
    api: Data<MemberApi>,
    JsonCommand(body, invocation): JsonCommand<RegisterMemberBody>,
) -> Result<HttpResponse, Problem> {
    let use_case = api.register_member.clone();
    let register = async move |completion| use_case.execute(body.try_into()?, &completion).await.map_err(problem);
    api.commands.run(invocation, register, answer).await
}

fn answer(member: &Member) -> Answer {
    let location = format!("/members/{}", member.id());
    Answer::created(&MemberBody::from(member))
        .with_header(&header::LOCATION, location)
        .with_entity_tag(member.revision())
        .about(member.id())
}

fn problem(error: RegisterMemberError) -> Problem {
    match error {
        RegisterMemberError::DuplicateEmail => duplicate_email(),
        RegisterMemberError::Dependency(error) => error.into(),
    }
}

pub fn duplicate_email() -> Problem {
    Problem::conflict("duplicate-email", "Duplicate email", "A member with this email address is already registered.")
}
