use diesel::{
    QueryResult,
    backend::Backend,
    query_builder::{AstPass, QueryFragment, QueryId},
};

/// A statement that connections keep prepared, told by its text.
///
/// diesel prepares every UPDATE anew, because the columns that it sets may differ from one to the next: a trip to the database for each.
/// This is for those that always set the same.
#[derive(Debug, Clone, Copy)]
pub struct Prepared<Statement>(pub Statement);

impl<Statement: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<Statement> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Statement> QueryId for Prepared<Statement> {
    type QueryId = ();

    // The statement is told by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}
