//! The session routes, `/auth/login`, `/auth/refresh` and `/auth/logout`, one endpoint a file; and the gate that other contexts'
//! routes stand behind.
//!
//! A route that only some may use takes [`Gated`]`<VerifiedMember, JsonBody<…>>`: who calls is settled (401, 403) before the body
//! is judged (422). Another rule, such as a role, is another extractor beside [`CurrentMember`] and [`VerifiedMember`].
//!
//! It may depend on `library-auth-app`, its domain, and `library-shared-http`.

mod api;
mod gate;
mod login;
mod logout;
mod openapi;
mod refresh_tokens;
mod routes;
mod tokens;

pub use api::AuthApi;
pub use gate::{CurrentMember, Gated, VerifiedMember};
pub use openapi::AuthOpenApi;
pub use routes::configure;
