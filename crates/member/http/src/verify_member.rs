use crate::{
    api::MemberApi,
    body::MemberBody,
    openapi,
    register_member::duplicate_email,
    verification_page::{Step, page},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_member_app::VerifyMemberError;
use library_member_domain::Member;
use library_shared_http::{FieldErrors, JsonOrFormBody, Problem, TextField, accepts_html, entity_tag};
use serde::Deserialize;
use utoipa::ToSchema;

/// The proof that an email address is its owner's.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = Verification, examples(openapi::verification))]
pub struct VerifyMemberBody {
    #[schema(schema_with = openapi::token, required)]
    token: TextField,
}

impl VerifyMemberBody {
    fn into_token(self) -> Result<String, Problem> {
        let mut errors = FieldErrors::default();
        let token = errors.required("token", self.token, |text| match text.trim() {
            "" => Err("must not be empty"),
            token => Ok(token.to_owned()),
        });
        token.ok_or_else(|| errors.into_problem())
    }
}

/// `POST /members/verify`, for clients and for the button of the page, which is answered with a page.
#[utoipa::path(
    post,
    path = "/members/verify",
    tag = openapi::MEMBERS,
    summary = "Verify an email address",
    description = "Verifies the address of the member whom the token was mailed to; again, where it was verified before. An address \
                   that was pending is theirs from now on. A client that prefers `text/html`, as browsers do, is answered with a page.",
    request_body(
        description = "The token.",
        content((VerifyMemberBody = "application/json"), (VerifyMemberBody = "application/x-www-form-urlencoded")),
    ),
    responses(
        (
            status = 200,
            description = "The member, who is verified; the tag with JSON alone.",
            headers(("ETag" = String, description = "The tag of this state.")),
            content((MemberBody = "application/json", example = json!(openapi::verified_member())), (String = "text/html")),
        ),
        (
            status = 401,
            description = "The token is not valid, or no longer.",
            headers(("WWW-Authenticate" = String, description = "How to prove who calls.")),
            content(
                (Problem = "application/problem+json", example = json!(Problem::unauthorized("The verification token is not valid, or no longer."))),
                (String = "text/html"),
            ),
        ),
        (
            status = 404,
            description = "The member is gone.",
            content(
                (Problem = "application/problem+json", example = json!(problem(VerifyMemberError::NotFound))),
                (String = "text/html"),
            ),
        ),
        (
            status = 409,
            description = "Another member has got the address meanwhile.",
            content(
                (Problem = "application/problem+json", example = json!(problem(VerifyMemberError::DuplicateEmail))),
                (String = "text/html"),
            ),
        ),
        (
            status = 422,
            description = "There is no token.",
            content(
                (Problem = "application/problem+json", example = json!(openapi::no_token())),
                (String = "text/html"),
            ),
        ),
    ),
)]
pub async fn verify_member(
    api: Data<MemberApi>,
    request: HttpRequest,
    JsonOrFormBody(body): JsonOrFormBody<VerifyMemberBody>,
) -> Result<HttpResponse, Problem> {
    let verified = verify(&api, body).await;
    match verified {
        Ok(_) if accepts_html(&request) => Ok(page(Step::Verified)),
        Ok(member) => Ok(HttpResponse::Ok().insert_header(entity_tag(member.revision())).json(MemberBody::from(&member))),
        Err(problem) if accepts_html(&request) && problem.status().is_client_error() => {
            Ok(page(Step::Refused { status: problem.status() }))
        }
        Err(problem) => Err(problem),
    }
}

async fn verify(api: &MemberApi, body: VerifyMemberBody) -> Result<Member, Problem> {
    let token = body.into_token()?;
    let use_case = api.verify_member.clone();
    api.writes.run(async move { use_case.execute(&token).await }).await?.map_err(problem)
}

fn problem(error: VerifyMemberError) -> Problem {
    match error {
        VerifyMemberError::InvalidToken(_) => Problem::unauthorized("The verification token is not valid, or no longer."),
        VerifyMemberError::NotFound => Problem::not_found("The member of this token is gone."),
        VerifyMemberError::DuplicateEmail => duplicate_email(),
        VerifyMemberError::Dependency(error) => error.into(),
    }
}
