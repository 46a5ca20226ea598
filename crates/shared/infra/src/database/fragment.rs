use super::{DbTimestamp, DbUuid, SqlTimestamp, SqlUuid};
use diesel::{
    AppearsOnTable, Expression, QueryResult, SelectableExpression,
    backend::Backend,
    expression::{ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Bool, HasSqlType, Text},
    sqlite::Sqlite,
};
use library_shared_domain::{Pattern, PatternPart};
use std::marker::PhantomData;

/// A part of a statement that is known only when it runs: SQL of ours, and values of the client's as parameters.
#[derive(Debug, Clone, Default)]
pub struct SqlFragment {
    parts: Vec<Part>,
    has_any_shape: bool,
}

#[derive(Debug, Clone)]
enum Part {
    Sql(&'static str),
    DifferingSql(Differing<&'static str>),
    Text(String),
    DifferingText(Differing<String>),
    Number(i64),
    Timestamp(SqlTimestamp),
    Uuid(SqlUuid),
}

/// What is one thing on PostgreSQL and another on SQLite.
#[derive(Debug, Clone)]
struct Differing<T> {
    on_postgres: T,
    on_sqlite: T,
}

/// Which database a statement is written for.
#[derive(Clone, Copy)]
enum Database {
    Postgres,
    Sqlite,
}

impl<T> Differing<T> {
    const fn on(&self, database: Database) -> &T {
        match database {
            Database::Postgres => &self.on_postgres,
            Database::Sqlite => &self.on_sqlite,
        }
    }
}

impl SqlFragment {
    /// Adds SQL.
    #[must_use]
    pub fn sql(mut self, sql: &'static str) -> Self {
        self.parts.push(Part::Sql(sql));
        self
    }

    /// Adds SQL that differs between the databases.
    #[must_use]
    pub fn differing(mut self, on_postgres: &'static str, on_sqlite: &'static str) -> Self {
        self.parts.push(Part::DifferingSql(Differing { on_postgres, on_sqlite }));
        self
    }

    /// Adds a text as a parameter.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Adds a number as a parameter.
    #[must_use]
    pub fn number(mut self, number: i64) -> Self {
        self.parts.push(Part::Number(number));
        self
    }

    /// Adds a time as a parameter.
    #[must_use]
    pub fn timestamp(mut self, time: SqlTimestamp) -> Self {
        self.parts.push(Part::Timestamp(time));
        self
    }

    /// Adds an id as a parameter.
    #[must_use]
    pub fn uuid(mut self, id: SqlUuid) -> Self {
        self.parts.push(Part::Uuid(id));
        self
    }

    /// Adds that what stands before it matches a pattern: by LIKE on PostgreSQL and by GLOB on SQLite, whose LIKE does not see the case of
    /// ASCII letters.
    #[must_use]
    pub fn matches(self, pattern: &Pattern) -> Self {
        let mut sql = self.differing(" LIKE ", " GLOB ");
        sql.parts.push(Part::DifferingText(Differing { on_postgres: like(pattern), on_sqlite: glob(pattern) }));
        sql
    }

    /// Adds the parts of another.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.has_any_shape |= other.has_any_shape;
        self
    }

    /// The parts as a whole statement, whose rows have this SQL type.
    #[must_use]
    pub const fn into_statement<Row>(self) -> SqlStatement<Row> {
        SqlStatement { fragment: self, row: PhantomData }
    }

    /// Notes that there are too many statements with such a part for every connection to keep each of them prepared.
    #[must_use]
    pub const fn of_any_shape(mut self) -> Self {
        self.has_any_shape = true;
        self
    }

    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>, database: Database) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<DbUuid> + HasSqlType<DbTimestamp>,
        String: ToSql<Text, DB>,
        i64: ToSql<BigInt, DB>,
        SqlUuid: ToSql<DbUuid, DB>,
        SqlTimestamp: ToSql<DbTimestamp, DB>,
    {
        if self.has_any_shape {
            out.unsafe_to_cache_prepared();
        }
        for part in &self.parts {
            match part {
                Part::Sql(sql) => out.push_sql(sql),
                Part::DifferingSql(sql) => out.push_sql(sql.on(database)),
                Part::Text(text) => out.push_bind_param::<Text, _>(text)?,
                Part::DifferingText(text) => out.push_bind_param::<Text, _>(text.on(database))?,
                Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
                Part::Timestamp(time) => out.push_bind_param::<DbTimestamp, _>(time)?,
                Part::Uuid(id) => out.push_bind_param::<DbUuid, _>(id)?,
            }
        }
        Ok(())
    }
}

/// A whole statement that is known only when it runs; made by [`SqlFragment::into_statement`].
#[derive(Debug, Clone)]
pub struct SqlStatement<Row> {
    fragment: SqlFragment,
    row: PhantomData<Row>,
}

impl<Row, DB: Backend> QueryFragment<DB> for SqlStatement<Row>
where
    SqlFragment: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.fragment.walk_ast(out)
    }
}

impl<Row> QueryId for SqlStatement<Row> {
    type QueryId = ();

    // The statement is told by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Row> Query for SqlStatement<Row> {
    type SqlType = Row;
}

impl QueryFragment<Pg> for SqlFragment {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out, Database::Postgres)
    }
}

impl QueryFragment<Sqlite> for SqlFragment {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out, Database::Sqlite)
    }
}

impl QueryId for SqlFragment {
    type QueryId = ();

    // The statement is told by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for SqlFragment {
    type SqlType = Bool;
}

impl<Source> AppearsOnTable<Source> for SqlFragment {}

impl<Source> SelectableExpression<Source> for SqlFragment {}

impl<GroupBy> ValidGrouping<GroupBy> for SqlFragment {
    type IsAggregate = is_aggregate::No;
}

fn like(pattern: &Pattern) -> String {
    render(pattern, "_", "%", |character| matches!(character, '%' | '_' | '\\').then(|| format!("\\{character}")))
}

fn glob(pattern: &Pattern) -> String {
    render(pattern, "?", "*", |character| matches!(character, '*' | '?' | '[').then(|| format!("[{character}]")))
}

fn render(pattern: &Pattern, one: &str, any: &str, escaped: impl Fn(char) -> Option<String>) -> String {
    let part = |part: &PatternPart| match part {
        PatternPart::One => one.to_owned(),
        PatternPart::Any => any.to_owned(),
        PatternPart::Literal(text) => {
            text.chars().map(|character| escaped(character).unwrap_or_else(|| character.to_string())).collect()
        }
    };
    pattern.parts().iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::{glob, like};
    use library_shared_domain::Pattern;
    use rstest::rstest;

    #[rstest]
    #[case("a%b_c", "a%b_c", "a*b?c")]
    #[case("100\\%\\_", "100\\%\\_", "100%_")]
    #[case("a*b?c[d]\\\\", "a*b?c[d]\\\\", "a[*]b[?]c[[]d]\\")]
    fn a_pattern_means_the_same_on_both_databases(#[case] pattern: &str, #[case] on_postgres: &str, #[case] on_sqlite: &str) {
        let pattern = Pattern::parse(pattern).expect("a pattern");
        assert_eq!((like(&pattern).as_str(), glob(&pattern).as_str()), (on_postgres, on_sqlite));
    }
}
