//! The session routes, one endpoint a file: `/auth/login`, `/auth/refresh` and `/auth/logout` in JSON, `/auth/token` and `/auth/revoke` as
//! OAuth's tools expect, `/auth/sessions` for whoever wants to see theirs,
//! `/.well-known/jwks.json` for who checks access tokens without asking; and the gate that other contexts' routes stand behind.
//!
//! A route that only some may use takes [`Gated`]`<VerifiedMember, JsonBody<…>>`: who calls is settled (401, 403) before the body
//! is judged (422). Another rule, such as a role, is another extractor beside [`CurrentMember`] and [`VerifiedMember`].
//!
//! It may depend on `library-auth-app`, its domain, and `library-shared-http`.

mod api;
mod end_all_sessions;
mod end_session;
mod exchange_grant;
mod gate;
mod list_public_keys;
mod list_sessions;
mod login;
mod logout;
mod oauth;
mod openapi;
mod refresh_tokens;
mod revoke_token;
mod routes;
mod tokens;

pub use api::AuthApi;
pub use gate::{CurrentMember, Gated, VerifiedMember, token_holder};
pub use login::too_many_failures;
pub use openapi::{AuthOpenApi, OAuthAlternative};
pub use routes::configure;
