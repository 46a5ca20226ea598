//! What the document of the API says of sessions and of the gate.

use crate::{login::__path_login, logout::__path_logout, refresh_tokens::__path_refresh_tokens};
use library_shared_http::openapi::{any_text, secret_text, token};
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Object, OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The tag of the session's operations.
pub const SESSIONS: &str = "Sessions";

/// The name of the security scheme: what an operation behind the gate says in its `security`.
const ACCESS_TOKEN: &str = "access_token";

/// The most characters that an email address may have (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// The part of the document that is the sessions' and the gate's.
#[derive(OpenApi)]
#[openapi(
    paths(login, refresh_tokens, logout),
    tags((name = SESSIONS, description = "Access tokens and refresh tokens.")),
    modifiers(&Gate),
)]
pub struct AuthOpenApi;

/// Declares the security scheme.
struct Gate;

impl Modify for Gate {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The access token of a session. Its member must have verified their email address."))
            .build();
        document.components.get_or_insert_default().add_security_scheme(ACCESS_TOKEN, SecurityScheme::Http(scheme));
    }
}

pub fn email() -> Object {
    let description = "The email address that the member registered with, in any case.";
    library_shared_http::openapi::email(LONGEST_EMAIL).description(Some(description)).build()
}

pub fn password() -> Object {
    secret_text(1, None).description(Some("The password.")).build()
}

pub fn refresh_token() -> Object {
    token().description(Some("The refresh token.")).build()
}

pub fn bearer() -> Object {
    let description = "How the access token is presented (RFC 6750).";
    any_text().enum_values(Some(["bearer"])).description(Some(description)).build()
}

pub fn credentials() -> Value {
    json!({"email": "ada@example.com", "password": "correct horse"})
}

pub fn refresh_token_body() -> Value {
    json!({"refresh_token": "718cKtDlJoZDgm0zYl5mJ0a4nqZp1vXq3wE8hT2RrUs"})
}

pub fn token_pair() -> Value {
    json!({
        "access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWExZjliZCJ9.c2lnbmF0dXJl",
        "refresh_token": "718cKtDlJoZDgm0zYl5mJ0a4nqZp1vXq3wE8hT2RrUs",
        "token_type": "bearer",
    })
}
