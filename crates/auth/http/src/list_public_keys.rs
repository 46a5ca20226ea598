use crate::{api::AuthApi, openapi};
use actix_web::{HttpResponse, http::header, web::Data};
use library_auth_domain::PublicKey;
use library_shared_http::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// For how long the keys may be kept, in seconds: a key that is added is known everywhere after that.
const MAX_AGE: &str = "public, max-age=300";

/// The keys (RFC 7517, section 5).
#[derive(Serialize, ToSchema)]
#[schema(as = KeySet, examples(openapi::key_set))]
pub struct KeySetBody {
    /// That of new tokens first.
    #[schema(min_items = 1)]
    keys: Vec<KeyBody>,
}

/// A public key of RSA (RFC 7517, section 4; RFC 7518, section 6.3.1).
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyBody {
    /// Which sort of key it is.
    #[schema(value_type = String, example = "RSA")]
    kty: &'static str,
    /// The modulus, in url-safe base64.
    n: String,
    /// The exponent, in url-safe base64.
    #[schema(example = "AQAB")]
    e: String,
    /// What it is for: signatures.
    #[serde(rename = "use")]
    #[schema(value_type = String, example = "sig")]
    purpose: &'static str,
    /// Which algorithm it is for.
    #[schema(example = "RS256")]
    alg: String,
    /// Its id, which tokens name in their header: its thumbprint (RFC 7638).
    kid: String,
}

impl From<PublicKey> for KeyBody {
    fn from(key: PublicKey) -> Self {
        Self { kty: "RSA", n: key.modulus, e: key.exponent, purpose: "sig", alg: key.algorithm, kid: key.id }
    }
}

/// `GET /.well-known/jwks.json`
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = openapi::SESSIONS,
    summary = "Read the keys that access tokens are checked with",
    description = "The public keys (RFC 7517) with which anybody can check the signature of an access token: the one that signs and, while keys \
                   are changed, another one. Whoever checks sees to `exp`, and to `purpose`, which is `access`, as the type in the \
                   header is `at+jwt` (RFC 9068): other tokens are signed with the same keys. There are none where tokens are signed with a secret.",
    responses(
        (
            status = 200,
            description = "The keys.",
            body = KeySetBody,
            headers(("Cache-Control" = String, description = "For how long they may be kept.")),
        ),
        (
            status = 404,
            description = "Tokens are signed with a secret.",
            body = Problem,
            example = json!(nothing_to_publish()),
        ),
    ),
)]
pub async fn list_public_keys(api: Data<AuthApi>) -> Result<HttpResponse, Problem> {
    let keys: Vec<_> = api.list_public_keys.execute().into_iter().map(KeyBody::from).collect();
    if keys.is_empty() {
        return Err(nothing_to_publish());
    }
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, MAX_AGE)).json(KeySetBody { keys }))
}

fn nothing_to_publish() -> Problem {
    Problem::not_found("Tokens are signed with a secret: there is no key that others could check them with.")
}
