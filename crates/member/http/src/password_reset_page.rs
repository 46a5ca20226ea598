use crate::{html, link_query::LinkQuery, openapi};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use askama::Template;
use library_member_domain::Password;
use library_shared_http::Problem;

/// The page that the mail to a member who forgot their password links to.
#[derive(Template)]
#[template(path = "password_reset.html")]
struct PasswordResetPage {
    style: &'static str,
    step: Step,
}

/// What the page shows.
pub enum Step {
    /// Asks for the new password.
    Ask {
        /// The token of the link.
        token: String,
        /// The rule that the last one broke, if there was one.
        complaint: Option<String>,
    },
    /// Says that it is done.
    Changed,
    /// Says that it cannot be done.
    Refused {
        /// Why, as a status.
        status: StatusCode,
    },
}

/// `GET /auth/password/reset`
#[utoipa::path(
    get,
    path = "/auth/password/reset",
    tag = openapi::MEMBERS,
    summary = "Open the page of a mail for a new password",
    description = "A page with a form that posts the token and the new password. It changes nothing by itself.",
    params(LinkQuery),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 422, description = "A page that says that the link has no token.", body = String, content_type = "text/html"),
    ),
)]
pub async fn password_reset_page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(page(match LinkQuery::token_of(&request) {
        Some(token) => Step::Ask { token, complaint: None },
        None => Step::Refused { status: StatusCode::UNPROCESSABLE_ENTITY },
    }))
}

/// The page as a response.
pub fn page(step: Step) -> HttpResponse {
    let status = match step {
        Step::Ask { complaint: None, .. } | Step::Changed => StatusCode::OK,
        Step::Ask { complaint: Some(_), .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Step::Refused { status } => status,
    };
    html::page(status, &PasswordResetPage { style: html::STYLE, step })
}

#[cfg(test)]
mod tests {
    use super::{Step, page, password_reset_page};
    use crate::html::text_of as html;
    use actix_web::{HttpResponse, http::StatusCode, test::TestRequest};
    use rstest::rstest;

    async fn opened(uri: &str) -> HttpResponse {
        password_reset_page(TestRequest::with_uri(uri).to_http_request()).await.expect("a page")
    }

    #[actix_web::test]
    async fn the_link_opens_a_form_that_posts_the_token_and_a_password() {
        let response = opened("/auth/password/reset?token=a.b-c_d").await;
        assert_eq!(response.status(), StatusCode::OK);
        let html = html(response).await;
        assert!(html.contains("<form method=\"post\" action=\"reset\">"), "{html}");
        assert!(html.contains("name=\"token\" value=\"a.b-c_d\">"), "{html}");
        assert!(html.contains("type=\"password\" id=\"password\" name=\"password\" autocomplete=\"new-password\""), "{html}");
        assert_eq!((html.matches("<button").count(), html.matches("<script").count()), (1, 0));
        assert!(!html.contains("role=\"alert\""), "{html}");
    }

    #[actix_web::test]
    async fn what_stands_in_a_link_is_shown_as_text_alone() {
        let html = html(opened("/auth/password/reset?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await).await;
        assert!(!html.contains("<script") && !html.contains("\"\">"), "{html}");
    }

    #[rstest]
    #[case("/auth/password/reset")]
    #[case("/auth/password/reset?token=%20%20")]
    #[case("/auth/password/reset?token=a%00b")]
    #[actix_web::test]
    async fn a_link_without_its_token_does_not_work(#[case] uri: &str) {
        let response = opened(uri).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!html(response).await.contains("<form"));
    }

    #[rstest]
    #[case::too_short(Step::Ask { token: "a".to_owned(), complaint: Some("must be longer".to_owned()) }, 422, "The password must be longer.")]
    #[case::changed(Step::Changed, 200, "Your new password is set.")]
    #[case::bad_token(Step::Refused { status: StatusCode::UNAUTHORIZED }, 401, "This link does not work")]
    #[actix_web::test]
    async fn a_page_has_its_status_and_says_what_happened(#[case] step: Step, #[case] status: u16, #[case] text: &str) {
        let response = page(step);
        assert_eq!(response.status().as_u16(), status);
        let html = html(response).await;
        assert!(html.contains(text), "{html}");
    }
}
