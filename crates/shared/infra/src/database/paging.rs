use super::SqlUuid;
use library_shared_domain::PageLimit;
use uuid::Uuid;

/// What the ids of a page are below, in a list of the newest first: the last id of the page before, or for the first page the
/// greatest UUID that there is (RFC 9562, section 5.10), which names nothing. One statement serves every page that way.
pub fn before(last: Option<impl Into<Uuid>>) -> SqlUuid {
    last.map_or_else(|| SqlUuid::new(Uuid::max()), SqlUuid::new)
}

/// How many rows to ask for: one more than the page holds, to see whether another page follows.
#[must_use]
pub fn surplus(limit: PageLimit) -> i64 {
    i64::from(limit.number()) + 1
}
