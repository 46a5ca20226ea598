//! The contract over HTTP, by resource and verb, on both databases.

use serde_json::Value;

mod caching;
mod compression;
mod conditional;
mod cors;
mod databases;
mod delete_book;
mod delete_member;
mod docs;
mod gate;
mod get_book;
mod get_loans;
mod get_member;
mod health;
mod idempotency;
mod injection;
mod lists;
mod log;
mod metrics;
mod paging;
mod password_reset_page;
mod patch_book;
mod patch_own_member;
mod post_books;
mod post_books_batch;
mod post_loans;
mod post_login;
mod post_logout;
mod post_members;
mod post_members_verify;
mod post_members_verify_resend;
mod post_password_forgot;
mod post_password_reset;
mod post_refresh;
mod post_return;
mod post_revoke;
mod post_token;
mod protocol;
mod put_book;
mod rate_limits;
mod request_ids;
mod response_headers;
mod sessions;
mod tokens;
mod verification_page;

/// An id that nothing has.
const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// The path of one thing.
fn path_of(resource: &str, thing: &Value) -> String {
    format!("/{resource}/{}", thing["id"].as_str().expect("an id"))
}
