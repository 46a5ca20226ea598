//! What every context's routes build on.
//!
//! - [`Problem`]: every error body (RFC 9457), and the one place where a failed dependency becomes 500 or 503;
//! - [`JsonBody`], [`JsonOrFormBody`], [`TextField`], [`FieldErrors`]: bodies that are read whole before they are judged, so that a
//!   422 names every field that is wrong;
//! - [`PathId`], [`PageQuery`], [`page_response`]: ids in paths, pages in queries, and the link to the next page;
//! - [`WriteTasks`]: what keeps a write running when its client leaves;
//! - [`get`], [`observe`], [`not_found`]: routes, the log lines and the request id around every request.
//!
//! It may depend on `library-shared-domain` and on actix-web; on no context and no infrastructure.

mod body;
mod fields;
mod observe;
mod page;
mod path;
mod problem;
mod request_id;
mod routes;
mod write_tasks;

pub use body::{BODY_LIMIT, JsonBody, JsonOrFormBody};
pub use fields::{FieldErrors, TextField};
pub use observe::observe;
pub use page::{PageQuery, page_response};
pub use path::PathId;
pub use problem::{FieldError, Problem};
pub use request_id::RequestId;
pub use routes::{accepts_html, get, not_found};
pub use write_tasks::WriteTasks;
