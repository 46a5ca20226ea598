use crate::{
    api::MemberApi,
    body::MemberBody,
    verification_page::{Step, page},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_member_app::VerifyMemberError;
use library_member_domain::Member;
use library_shared_http::{FieldErrors, JsonOrFormBody, Problem, TextField, accepts_html};
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct VerifyMemberBody {
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
pub async fn verify_member(
    api: Data<MemberApi>,
    request: HttpRequest,
    JsonOrFormBody(body): JsonOrFormBody<VerifyMemberBody>,
) -> Result<HttpResponse, Problem> {
    let verified = verify(&api, body).await;
    match verified {
        Ok(_) if accepts_html(&request) => Ok(page(Step::Verified)),
        Ok(member) => Ok(HttpResponse::Ok().json(MemberBody::from(&member))),
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
        VerifyMemberError::Dependency(error) => error.into(),
    }
}
