//! The ids that the examples are about, so that those of one operation go with those of another.

/// The id of the book in the examples.
pub const A_BOOK: &str = "01a1f9bd-4d4b-7235-bda4-3d0a66e45b39";
/// The id of the member in the examples.
pub const A_MEMBER: &str = "01a1f9bd-4d9d-766a-bbc9-851a203a9b6a";
/// The id of the loan in the examples.
pub const A_LOAN: &str = "01a1f9bd-51ca-763c-8b66-6a5d55778b75";
