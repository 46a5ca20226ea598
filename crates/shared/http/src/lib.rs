//! What every context's routes build on.
//!
//! - [`Problem`]: every error body (RFC 9457), and the one place where a failed dependency becomes 500 or 503;
//! - [`JsonBody`], [`JsonOrFormBody`], [`FormBody`], [`TextField`], [`ObjectsField`], [`FieldErrors`]: bodies that are read whole before they are
//!   judged, so that a 422 names every field that is wrong;
//! - [`MergePatchBody`]: bodies of PATCH, whose fields [`FieldErrors`] tells to be changed, removed or left alone;
//! - [`entity`], [`entity_tag`], [`IfMatch`]: the tags of states, and requests on the condition of one;
//! - [`PathId`]: ids in paths; [`ListQuery`], [`ListParameters`], [`list_response`]: filters, orders and pages in queries, and links to
//!   the pages around;
//! - [`WriteTasks`]: what keeps a write running when its client leaves;
//! - [`JsonCommand`], [`PathCommand`], [`CommandTasks`], [`Answer`]: commands that may have an `Idempotency-Key`, and then are executed
//!   once;
//! - [`RequestLimits`], [`limit_requests`]: quotas of callers and of addresses; [`TrustedProxies`]: whose word on an address counts;
//! - [`openapi`]: what every context says of itself in the document of the API;
//! - [`get`], [`route_of`], [`observe`], [`PrescribedBody`], [`not_found`]: routes, the log lines and the request id around every request;
//! - [`protect`], [`compress`]: the headers that every response has, and what is made shorter;
//! - [`close_when_quiet`], [`note_requests`]: connections on which nothing is asked for long.
//!
//! It may depend on `library-shared-domain`, `library-shared-app` and on actix-web; on no context and no infrastructure.

mod body;
mod client_address;
mod compress;
mod conditional;
mod entity_tag;
mod fields;
mod idempotency;
mod list;
mod observe;
pub mod openapi;
mod path;
mod problem;
mod quiet_connections;
mod rate_limit;
mod request_id;
mod response_headers;
mod routes;
mod write_tasks;

pub use body::{BODY_LIMIT, FormBody, JsonBody, JsonOrFormBody, MergePatchBody, with_body_limit};
pub use client_address::{InvalidProxies, TrustedProxies};
pub use compress::compress;
pub use conditional::{IfMatch, IfNoneMatch, entity, entity_tag};
pub use fields::{FieldErrors, ObjectsField, TextField};
pub use idempotency::{Answer, CommandTasks, Invocation, JsonCommand, PathCommand};
pub use list::{ListParameters, ListQuery, list_response, page_response};
pub use observe::{PrescribedBody, ShowCauses, observe};
pub use path::PathId;
pub use problem::{FieldError, Problem};
pub use quiet_connections::{close_when_quiet, note_requests};
pub use rate_limit::{RequestLimits, RouteLimit, limit_requests};
pub use request_id::RequestId;
pub use response_headers::{Transport, protect};
pub use routes::{accepts_html, get, not_found, route_of};
pub use write_tasks::WriteTasks;
