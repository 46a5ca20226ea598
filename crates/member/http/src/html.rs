use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use library_shared_http::Problem;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// What every page looks like.
pub const STYLE: &str = include_str!("../templates/page.css");

/// Nothing but the page itself, by the hash of what it looks like, and its own form: no script, no frame, nothing from anywhere else.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
});

/// A page as a response that is not stored: its address holds a token.
pub fn page(status: StatusCode, page: &impl Template) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    match page.render() {
        Ok(html) => response
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY.as_str()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(html),
        Err(error) => HttpResponse::from_error(Problem::internal(error)),
    }
}

/// The text of a page, for tests.
#[cfg(test)]
pub async fn text_of(response: HttpResponse) -> String {
    let bytes = actix_web::body::to_bytes(response.into_body()).await.expect("a body");
    String::from_utf8(bytes.to_vec()).expect("a text")
}
