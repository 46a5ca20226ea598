use crate::openapi;
use actix_web::{HttpResponse, http::header};
use library_auth_app::TokenPair;
use library_auth_domain::RefreshSecret;
use library_shared_http::{FieldErrors, Problem, TextField};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of a request that presents a refresh token.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = RefreshToken, examples(openapi::refresh_token_body))]
pub struct RefreshTokenBody {
    #[schema(schema_with = openapi::refresh_token, required)]
    refresh_token: TextField,
}

impl TryFrom<RefreshTokenBody> for RefreshSecret {
    type Error = Problem;

    fn try_from(body: RefreshTokenBody) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let token = errors.required("refresh_token", body.refresh_token, |text| match text.trim() {
            "" => Err("must not be empty"),
            token => Ok(Self::from_text(token.to_owned())),
        });
        token.ok_or_else(|| errors.into_problem())
    }
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenPair, examples(openapi::token_pair))]
pub struct TokenPairBody<'a> {
    /// Proves who calls, for 15 minutes where nothing else is configured: `Authorization: Bearer …`.
    access_token: &'a str,
    /// Good for one exchange.
    refresh_token: &'a str,
    #[schema(schema_with = openapi::bearer, required)]
    token_type: &'static str,
}

/// How an access token is presented (RFC 6750).
pub const BEARER: &str = "bearer";

/// 200 with a session's tokens, which nobody on the way may keep.
pub fn token_response(pair: &TokenPair) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(TokenPairBody {
        access_token: pair.access_token.expose(),
        refresh_token: pair.refresh_token.expose(),
        token_type: BEARER,
    })
}
