use crate::health::{__path_health, __path_live, __path_ready};
use actix_web::HttpResponse;
use library_auth_http::{AuthOpenApi, OAuthAlternative};
use library_book_http::BookOpenApi;
use library_loan_http::LoanOpenApi;
use library_member_http::MemberOpenApi;
use library_shared_http::openapi::CommonParts;
use std::sync::LazyLock;
use utoipa::{Modify, OpenApi, openapi::OpenApi as Document};

/// The tag of the operations that are about the service itself.
pub const SERVICE: &str = "Service";

/// The part of the document that is the service's own.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Library",
        version = env!("CARGO_PKG_VERSION"),
        description = "A library-management service: a catalogue of books, members who prove their email address, loans with a due \
                       date, and sessions.\n\nEvery error is a problem document (RFC 9457) of the schema `Problem`, but those that OAuth \
                       prescribes: a 400 of `/auth/token` and `/auth/revoke` is of the schema `OAuthError`. Times are RFC \
                       3339 in UTC, ids UUIDs. Whatever answers GET answers HEAD.",
        license(name = "MIT", identifier = "MIT"),
    ),
    paths(health, live, ready, openapi_json),
    tags((name = SERVICE, description = "The service itself."))
)]
struct ServiceOpenApi;

/// The operations of the contexts that do without the database.
const WITHOUT_DATABASE: &[&str] = &["list_public_keys", "verification_page", "password_reset_page"];

/// The service's own, which all do. Of the database, `ready` tells in an answer of its own.
const OF_THE_SERVICE: &[&str] = &["health", "live", "ready", "openapi_json"];

/// The document of everything that is served (OpenAPI 3.1).
pub fn document() -> Document {
    let mut contexts = BookOpenApi::openapi()
        .merge_from(MemberOpenApi::openapi())
        .merge_from(AuthOpenApi::openapi())
        .merge_from(LoanOpenApi::openapi());
    CommonParts { without_database: WITHOUT_DATABASE, are_limited: true }.modify(&mut contexts);
    OAuthAlternative.modify(&mut contexts);
    let mut service = ServiceOpenApi::openapi();
    CommonParts { without_database: OF_THE_SERVICE, are_limited: false }.modify(&mut service);
    contexts.info = service.info.clone();
    contexts.merge_from(service)
}

/// The document as the text that is served, made once.
///
/// # Panics
/// Where the document could not be written as JSON, which the tests rule out.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().expect("every key of the document is a text"));
    &TEXT
}

/// `GET /openapi.json`: the document of all this.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = SERVICE,
    summary = "Read this document",
    description = "The document of everything that is served (OpenAPI 3.1). `library-server openapi` prints the same.",
    responses((
        status = 200,
        description = "The document.",
        body = Object,
        example = json!({"openapi": "3.1.0", "info": {"title": "Library", "version": env!("CARGO_PKG_VERSION")}, "paths": {}}),
    )),
)]
pub async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text())
}

#[cfg(test)]
mod tests;
