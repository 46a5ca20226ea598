use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Query,
};
use askama::Template;
use library_shared_http::Problem;
use serde::Deserialize;

/// Nothing but the page itself and its own form: no script, no frame, nothing from anywhere else.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The page that a verification mail links to.
#[derive(Template)]
#[template(path = "verification.html")]
struct VerificationPage {
    step: Step,
}

/// What the page shows. Opening it confirms nothing: scanners of mail follow links, too.
pub enum Step {
    /// Asks whether to confirm.
    Confirm {
        /// The token of the link.
        token: String,
    },
    /// Says that it is done.
    Verified,
    /// Says that it cannot be done.
    Refused {
        /// Why, as a status.
        status: StatusCode,
    },
}

#[derive(Deserialize)]
pub struct LinkQuery {
    #[serde(default)]
    token: String,
}

/// `GET /members/verify`
pub async fn verification_page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let token = Query::<LinkQuery>::from_query(request.query_string()).map(|query| query.into_inner().token).unwrap_or_default();
    Ok(match token.trim() {
        "" => page(Step::Refused { status: StatusCode::UNPROCESSABLE_ENTITY }),
        token => page(Step::Confirm { token: token.to_owned() }),
    })
}

/// The page as a response that is neither stored nor tells the next page where the reader came from: its address holds a token.
pub fn page(step: Step) -> HttpResponse {
    let status = match step {
        Step::Confirm { .. } | Step::Verified => StatusCode::OK,
        Step::Refused { status } => status,
    };
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    match (VerificationPage { step }).render() {
        Ok(html) => response
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(html),
        Err(error) => HttpResponse::from_error(Problem::internal(error)),
    }
}
