//! What the document of the API says of sessions and of the gate.

use crate::{
    end_all_sessions::__path_end_all_sessions, end_session::__path_end_session, exchange_grant::__path_exchange_grant,
    list_public_keys::__path_list_public_keys, list_sessions::__path_list_sessions, login::__path_login, logout::__path_logout,
    refresh_tokens::__path_refresh_tokens, revoke_token::__path_revoke_token,
};
use library_shared_http::openapi::{ACCESS_TOKEN, VERIFIED, any_text, secret_text, token};
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Object, OpenApi as Document, PathItem,
        path::Operation,
        security::{Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityRequirement, SecurityScheme},
    },
};

/// The tag of the session's operations.
pub const SESSIONS: &str = "Sessions";

/// The name of the scheme of the same access token as OAuth's tools know it: where to get the access token, too.
const OAUTH: &str = "oauth";

/// Where OAuth's tools get tokens, and renew them.
const TOKEN_URL: &str = "/auth/token";

/// The most characters that an email address may have (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// The part of the document that is the sessions' and the gate's.
#[derive(OpenApi)]
#[openapi(
    paths(login, refresh_tokens, logout, exchange_grant, revoke_token, list_sessions, end_session, end_all_sessions, list_public_keys),
    tags((name = SESSIONS, description = "Access tokens and refresh tokens.")),
    modifiers(&Gate),
)]
pub struct AuthOpenApi;

/// Declares the security schemes.
struct Gate;

impl Modify for Gate {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "The access token of a session. Where the role `verified` is asked for, its member must have verified their email address.",
            ))
            .build();
        let flow = Password::with_refresh_url(TOKEN_URL, Scopes::new(), TOKEN_URL);
        let description = "The same access token, got with the member's email address as `username` and their password. There are no \
                           registered clients: whatever is sent as `client_id` and `client_secret` is passed over.";
        let oauth = OAuth2::with_description([Flow::Password(flow)], description);
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(ACCESS_TOKEN, SecurityScheme::Http(scheme));
        components.add_security_scheme(OAUTH, SecurityScheme::OAuth2(oauth));
    }
}

/// Says of every operation of a document that takes an access token that it takes one got by OAuth as well, where a role is asked for, too:
/// OAuth has no roles, and there are no scopes.
#[derive(Debug, Clone, Copy)]
pub struct OAuthAlternative;

impl Modify for OAuthAlternative {
    fn modify(&self, document: &mut Document) {
        let access_tokens =
            [SecurityRequirement::new(ACCESS_TOKEN, NO_SCOPES), SecurityRequirement::new(ACCESS_TOKEN, [VERIFIED])];
        let requirements =
            document.paths.paths.values_mut().flat_map(operations).filter_map(|operation| operation.security.as_mut());
        let takes_one = |alternatives: &Vec<_>| access_tokens.iter().any(|access_token| alternatives.contains(access_token));
        for alternatives in requirements.filter(|alternatives| takes_one(alternatives)) {
            alternatives.push(SecurityRequirement::new(OAUTH, NO_SCOPES));
        }
    }
}

const NO_SCOPES: [&str; 0] = [];

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete].into_iter().flatten()
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
        "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWExZjliZCJ9.c2lnbmF0dXJl",
        "refresh_token": "718cKtDlJoZDgm0zYl5mJ0a4nqZp1vXq3wE8hT2RrUs",
        "token_type": "bearer",
    })
}

pub fn grant_type() -> Object {
    let description = "`password`, with `username` and `password`; or `refresh_token`, with `refresh_token`.";
    any_text().enum_values(Some(["password", "refresh_token"])).description(Some(description)).build()
}

pub fn username() -> Object {
    let description = "The email address that the member registered with, in any case. Required with `password`.";
    any_text().description(Some(description)).build()
}

pub fn granting_password() -> Object {
    secret_text(0, None).description(Some("The member's password. Required with `password`.")).build()
}

pub fn granting_refresh_token() -> Object {
    any_text().description(Some("The refresh token. Required with `refresh_token`.")).build()
}

pub fn revoked_token() -> Object {
    any_text().min_length(Some(1)).description(Some("The refresh token, or the access token.")).build()
}

pub fn token_type_hint() -> Object {
    let description = "What the client takes the token for. It is not needed, and passed over.";
    any_text().description(Some(description)).examples(["refresh_token"]).build()
}

pub fn oauth_error_code() -> Object {
    let codes = ["invalid_request", "invalid_grant", "invalid_scope", "unsupported_grant_type"];
    any_text().enum_values(Some(codes)).description(Some("Which error it is.")).build()
}

pub fn grant() -> Value {
    json!({"grant_type": "password", "username": "ada@example.com", "password": "correct horse"})
}

pub fn revocation() -> Value {
    json!({"token": "718cKtDlJoZDgm0zYl5mJ0a4nqZp1vXq3wE8hT2RrUs", "token_type_hint": "refresh_token"})
}

pub fn oauth_error() -> Value {
    json!({"error": "invalid_grant", "error_description": "The email address or the password is wrong."})
}

pub fn no_token() -> Value {
    json!({"error": "invalid_request", "error_description": "The parameter token is missing."})
}

pub fn access_token_response() -> Value {
    json!({
        "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWExZjliZCJ9.c2lnbmF0dXJl",
        "token_type": "bearer",
        "expires_in": 900,
        "refresh_token": "718cKtDlJoZDgm0zYl5mJ0a4nqZp1vXq3wE8hT2RrUs",
    })
}

pub fn session_id() -> Object {
    library_shared_http::openapi::id().description(Some("The id.")).build()
}

pub fn session() -> Value {
    json!({
        "id": "01a1f9bd-4e02-7c3a-9d41-6b1f0f8a2c55",
        "created_at": "2026-11-20T16:14:56.218841Z",
        "last_used_at": "2026-11-20T17:02:11.940377Z",
        "current": true,
    })
}

pub fn key_set() -> Value {
    json!({
        "keys": [{
            "kty": "RSA",
            "n": "3u4tSoFM6-K8ZsJHyvUlqQn2ICqX3-tV9yqUBgCvIfEzSx9jFjLvKpV0eKyBUYn1",
            "e": "AQAB",
            "use": "sig",
            "alg": "RS256",
            "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        }],
    })
}
