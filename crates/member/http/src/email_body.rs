use crate::openapi;
use actix_web::HttpResponse;
use library_member_domain::Email;
use library_shared_http::{FieldErrors, Problem, TextField};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a mail is to go.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = MailRequest, examples(openapi::mail_request))]
pub struct EmailBody {
    #[schema(schema_with = openapi::email, required)]
    email: TextField,
}

impl EmailBody {
    /// The address.
    ///
    /// # Errors
    /// Where it is missing or none.
    pub fn into_email(self) -> Result<Email, Problem> {
        let mut errors = FieldErrors::default();
        errors.required("email", self.email, Email::parse).ok_or_else(|| errors.into_problem())
    }
}

/// What is said of a mail that may go out: the same, whether one does.
#[derive(Serialize, ToSchema)]
#[schema(as = Accepted, examples(openapi::accepted))]
pub struct AcceptedBody {
    /// What happens now, for people.
    detail: &'static str,
}

impl AcceptedBody {
    /// The answer that says so.
    pub fn answer(detail: &'static str) -> HttpResponse {
        HttpResponse::Accepted().json(Self { detail })
    }
}
