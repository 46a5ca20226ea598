use crate::{html, link_query::LinkQuery, openapi};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use askama::Template;
use library_shared_http::Problem;

/// The page that a verification mail links to.
#[derive(Template)]
#[template(path = "verification.html")]
struct VerificationPage {
    style: &'static str,
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

/// `GET /members/verify`
#[utoipa::path(
    get,
    path = "/members/verify",
    tag = openapi::MEMBERS,
    summary = "Open the page of a verification mail",
    description = "A page with a button that posts the token. It confirms nothing by itself: scanners of mail follow links, too.",
    params(LinkQuery),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 422, description = "A page that says that the link has no token.", body = String, content_type = "text/html"),
    ),
)]
pub async fn verification_page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(page(match LinkQuery::token_of(&request) {
        Some(token) => Step::Confirm { token },
        None => Step::Refused { status: StatusCode::UNPROCESSABLE_ENTITY },
    }))
}

/// The page as a response.
pub fn page(step: Step) -> HttpResponse {
    let status = match step {
        Step::Confirm { .. } | Step::Verified => StatusCode::OK,
        Step::Refused { status } => status,
    };
    html::page(status, &VerificationPage { style: html::STYLE, step })
}

#[cfg(test)]
mod tests {
    use super::{Step, page, verification_page};
    use crate::html::text_of as html;
    use actix_web::{
        HttpResponse,
        http::{StatusCode, header::HeaderValue},
        test::TestRequest,
    };
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use rstest::rstest;
    use sha2::{Digest, Sha256};

    async fn opened(uri: &str) -> HttpResponse {
        verification_page(TestRequest::with_uri(uri).to_http_request()).await.expect("a page")
    }

    #[actix_web::test]
    async fn the_link_opens_a_page_whose_one_button_posts_the_token() {
        let response = opened("/members/verify?token=a.b-c_d").await;
        assert_eq!(response.status(), StatusCode::OK);
        let html = html(response).await;
        assert!(html.contains("<form method=\"post\" action=\"verify\">"), "{html}");
        assert!(html.contains("name=\"token\" value=\"a.b-c_d\">"), "{html}");
        assert_eq!((html.matches("<button").count(), html.matches("<script").count()), (1, 0));
    }

    #[actix_web::test]
    async fn the_one_style_that_the_policy_lets_in_is_the_pages() {
        let response = opened("/members/verify?token=a").await;
        let policy =
            response.headers().get("content-security-policy").and_then(|value| value.to_str().ok()).expect("a policy").to_owned();
        let html = html(response).await;
        let styles: Vec<_> = html.split("<style>").skip(1).filter_map(|rest| rest.split("</style>").next()).collect();
        assert_eq!((styles.len(), html.contains("style=")), (1, false), "{html}");
        let hash = STANDARD.encode(Sha256::digest(styles[0]));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{policy}");
    }

    #[actix_web::test]
    async fn what_stands_in_a_link_is_shown_as_text_alone() {
        let html = html(opened("/members/verify?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await).await;
        assert!(!html.contains("<script") && !html.contains("\"\">"), "{html}");
    }

    #[rstest]
    #[case("/members/verify")]
    #[case("/members/verify?token=")]
    #[case("/members/verify?token=%20%20")]
    #[case("/members/verify?token=a&token=b")]
    #[case("/members/verify?token=a%00b")]
    #[actix_web::test]
    async fn a_link_without_its_token_does_not_work(#[case] uri: &str) {
        let response = opened(uri).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!html(response).await.contains("<form"));
    }

    #[rstest]
    #[case::confirming(Step::Confirm { token: "a".to_owned() }, 200, None)]
    #[case::verified(Step::Verified, 200, None)]
    #[case::bad_token(Step::Refused { status: StatusCode::UNAUTHORIZED }, 401, Some("Bearer"))]
    #[case::address_taken(Step::Refused { status: StatusCode::CONFLICT }, 409, None)]
    #[case::member_gone(Step::Refused { status: StatusCode::NOT_FOUND }, 404, None)]
    #[actix_web::test]
    async fn a_page_has_its_status_and_keeps_the_token_to_itself(
        #[case] step: Step,
        #[case] status: u16,
        #[case] challenge: Option<&'static str>,
    ) {
        let response = page(step);
        let header = |name: &str| response.headers().get(name).cloned();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(header("www-authenticate"), challenge.map(HeaderValue::from_static));
        assert_eq!(header("cache-control"), Some(HeaderValue::from_static("no-store")));
        assert!(header("content-security-policy").is_some_and(|policy| policy.as_bytes().starts_with(b"default-src 'none';")));
    }
}
