//! Lists that stay usable at a million rows: what may be filtered and sorted by, and pages that are found by their place in the
//! order and not by counting.
//!
//! A context names the fields of what it lists by a [`ListField`]; a [`ListRequest`] says which items are wanted, in which order
//! and from where on. What it means is defined here, over plain items, by [`ListRequest::select`]; an adapter that finds the same
//! page in another way is held to that.

mod cursor;
mod field;
mod filter;
mod fold;
mod page;
mod pattern;
mod request;
mod sort;

pub use cursor::{Cursor, Side};
pub use field::{FieldKind, ListField, Value};
pub use filter::{Comparison, Filter, InvalidFilter, Operator, in_utc};
pub use fold::{ORDER_KEY_LENGTH, fold, order_key, words};
pub use page::{InvalidPageLimit, Page, PageLimit};
pub use pattern::{InvalidPattern, Pattern, PatternPart};
pub use request::{ForeignCursor, ListRequest};
pub use sort::{Direction, InvalidSort, Sort};
