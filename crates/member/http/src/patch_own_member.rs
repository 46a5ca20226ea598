use crate::{api::MemberApi, body::OwnMemberBody, openapi, register_member::duplicate_email};
use actix_web::{HttpResponse, web::Data};
use library_auth_http::{CurrentMember, Gated, too_many_failures};
use library_member_app::{NewPassword, UpdateMemberCommand, UpdateMemberError};
use library_member_domain::{Email, MemberChanges, MemberName, Password};
use library_shared_http::{FieldError, FieldErrors, IfMatch, MergePatchBody, Problem, TextField, entity_tag};
use secrecy::SecretString;
use serde::Deserialize;
use std::{convert::Infallible, time::Duration};
use utoipa::ToSchema;

/// What is to change of whoever calls (JSON merge patch, RFC 7396): what is not named stays.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = MemberPatch, examples(openapi::member_patch))]
pub struct PatchOwnMemberBody {
    #[schema(schema_with = openapi::name, required = false)]
    name: TextField,
    #[schema(schema_with = openapi::email, required = false)]
    email: TextField,
    #[schema(schema_with = openapi::new_password, required = false)]
    password: TextField,
    #[schema(schema_with = openapi::current_password, required = false)]
    current_password: TextField,
    #[schema(ignore)]
    id: TextField,
    #[schema(ignore)]
    is_verified: TextField,
    #[schema(ignore)]
    pending_email: TextField,
    #[schema(ignore)]
    created_at: TextField,
    #[schema(ignore)]
    updated_at: TextField,
}

/// What of a command the body says.
struct Patch {
    changes: MemberChanges,
    password: Option<NewPassword>,
}

impl TryFrom<PatchOwnMemberBody> for Patch {
    type Error = Problem;

    fn try_from(body: PatchOwnMemberBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let changes = MemberChanges {
            name: errors.changed("name", body.name, MemberName::parse),
            email: errors.changed("email", body.email, Email::parse),
        };
        let password = new_password(&mut errors, body.password, body.current_password);
        errors.unchangeable("id", &body.id);
        errors.unchangeable("is_verified", &body.is_verified);
        errors.unchangeable("pending_email", &body.pending_email);
        errors.unchangeable("created_at", &body.created_at);
        errors.unchangeable("updated_at", &body.updated_at);
        errors.into_result(Self { changes, password })
    }
}

/// The two fields that go together.
fn new_password(errors: &mut FieldErrors, new: TextField, current: TextField) -> Option<NewPassword> {
    match (&new, &current) {
        (TextField::Missing, TextField::Missing) => return None,
        (TextField::Missing, _) => return errors.note("password", "is required with current_password"),
        (_, TextField::Missing) => drop(errors.note::<()>("current_password", "is required with password")),
        _ => {}
    }
    let new = errors.changed("password", new, Password::parse);
    let current = errors.changed("current_password", current, |text| Ok::<_, Infallible>(SecretString::from(text)));
    Some(NewPassword { current: current?, new: new? })
}

/// `PATCH /members/me`: whoever calls, verified or not: who mistyped their address must be able to mend it.
#[utoipa::path(
    patch,
    path = "/members/me",
    tag = openapi::MEMBERS,
    summary = "Change oneself",
    description = "Changes what is named of whoever calls, verified or not: a JSON merge patch (RFC 7396), whole or not at all. The name \
                   changes at once. Another email address is kept as `pending_email`, and a mail with a token goes there; it takes the \
                   place of the old one when the token is posted to `/members/verify`. The address as it is gives a pending one up. With \
                   an access token whose session has ended, naming an address is a 401. \
                   Another password needs the current one, gives up a pending address, and ends every other session. After five current \
                   passwords in a row that were wrong the next has to wait: one second, two, four, and 15 minutes at most.",
    security(("access_token" = [])),
    params(IfMatch),
    request_body(
        content((PatchOwnMemberBody = "application/merge-patch+json"), (PatchOwnMemberBody = "application/json")),
        description = "What is to change.",
    ),
    responses(
        (
            status = 200,
            description = "The member, as they are now.",
            body = OwnMemberBody,
            headers(("ETag" = String, description = "The tag of this state.")),
        ),
        (status = 404, description = "The member is gone.", body = Problem, example = json!(problem(UpdateMemberError::NotFound))),
        (
            status = 409,
            description = "There is another member of this email address.",
            body = Problem,
            example = json!(problem(UpdateMemberError::DuplicateEmail)),
        ),
        (
            status = 429,
            description = "Too many current passwords in a row were wrong, or the caller has made too many requests.",
            body = Problem,
            headers(("Retry-After" = u64, description = "How many seconds to wait.")),
            example = json!(too_many_failures(Duration::from_secs(1))),
        ),
    ),
)]
pub async fn patch_own_member(
    api: Data<MemberApi>,
    Gated(CurrentMember(caller), Gated(IfMatch(expected), MergePatchBody(body))): Gated<
        CurrentMember,
        Gated<IfMatch, MergePatchBody<PatchOwnMemberBody>>,
    >,
) -> Result<HttpResponse, Problem> {
    let Patch { changes, password } = body.try_into()?;
    let command = UpdateMemberCommand { id: caller.member_id, session: caller.session, changes, password, expected };
    let use_case = api.update_member.clone();
    let member = api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(HttpResponse::Ok().insert_header(entity_tag(member.revision())).json(OwnMemberBody::from(&member)))
}

fn problem(error: UpdateMemberError) -> Problem {
    match error {
        UpdateMemberError::NotFound => Problem::not_found("There is no member of this id."),
        UpdateMemberError::SessionEnded => Problem::bad_access_token(),
        UpdateMemberError::VersionMismatch => Problem::precondition_failed(),
        UpdateMemberError::WrongPassword => {
            let detail = "is not the password of the member".to_owned();
            Problem::invalid(vec![FieldError { field: "current_password".into(), detail }])
        }
        UpdateMemberError::TooManyFailures(refusal) => too_many_failures(refusal.wait.unsigned_abs()),
        UpdateMemberError::DuplicateEmail => duplicate_email(),
        UpdateMemberError::Dependency(error) => error.into(),
    }
}
