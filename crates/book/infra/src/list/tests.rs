//! That the last page of a long list costs what the first does: an index begins at the page, in every order and both ways.

use super::{ID, column};
use crate::schema::books;
use diesel::{
    QueryDsl, QueryResult,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_query,
    sql_types::{Integer, Text},
};
use diesel_async::RunQueryDsl;
use library_book_domain::BookField;
use library_shared_domain::{Cursor, ListRequest, PageLimit, Side, Sort, Value};
use library_shared_infra::{
    database::{Database, ListQuery, Session, StatementConnection},
    with_connection,
};
use library_test_worlds::{postgres_database, sqlite_database};
use rstest::rstest;
use std::marker::PhantomData;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How many books there are.
const BOOKS: u32 = 20_000;

const ON_POSTGRES: &str = "INSERT INTO books (id, isbn, title, author, description, version, created_at, updated_at, title_key, author_key, description_key)
    SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(n::text, 13, '0'), 'T' || n, 'A' || n % 500, '', 1,
        timestamptz '2026-01-01 00:00Z' + n / 10 * interval '1 second', timestamptz '2026-01-01 00:00Z' + n * interval '1 second',
        't' || lpad(n::text, 9, '0'), 'a' || lpad((n % 500)::text, 9, '0'), ''
    FROM generate_series(1, 20000) AS n";

const ON_SQLITE: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
    INSERT INTO books (id, isbn, title, author, description, version, created_at, updated_at, title_key, author_key, description_key)
    SELECT unhex(printf('%032x', n)), printf('%013d', n), 'T' || n, 'A' || n % 500, '', 1,
        1767225600000000 + n / 10 * 1000000, 1767225600000000 + n * 1000000, 't' || printf('%09d', n), 'a' || printf('%09d', n % 500), ''
    FROM numbers";

/// The place of the book of this number, in an order.
fn place(number: u32, sort: &Sort<BookField>, side: Side) -> Cursor {
    let second = |count: u32| OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_767_225_600 + i64::from(count));
    let value = |field| match field {
        BookField::Isbn => Value::Text(format!("{number:013}")),
        BookField::Title => Value::Text(format!("t{number:09}")),
        BookField::Author => Value::Text(format!("a{:09}", number % 500)),
        BookField::CreatedAt => Value::Time(second(number / 10)),
        BookField::UpdatedAt => Value::Time(second(number)),
    };
    let values = sort.keys().iter().map(|(field, _)| value(*field)).collect();
    Cursor { values, id: Uuid::from_u128(u128::from(number)), side }
}

/// The statement for a page in the middle of the list, on this side of a place; or for the first page.
fn page(order: &str, side: Option<Side>) -> ListQuery {
    let sort = if order.is_empty() { Sort::default() } else { Sort::parse(order).expect("an order") };
    let cursor = side.map(|side| place(BOOKS / 2, &sort, side));
    let request = ListRequest::new(PageLimit::default(), Vec::new(), sort, cursor).expect("a cursor of this order");
    ListQuery::new(&request, ID, column)
}

/// A statement that is explained instead of being answered, in rows of this type.
struct Explained<S, T> {
    how: &'static str,
    statement: S,
    rows: PhantomData<T>,
}

impl<S, T> Explained<S, T> {
    const fn new(how: &'static str, statement: S) -> Self {
        Self { how, statement, rows: PhantomData }
    }
}

impl<S, T> QueryId for Explained<S, T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, T> Query for Explained<S, T> {
    type SqlType = T;
}

impl<DB: Backend, S: QueryFragment<DB>, T> QueryFragment<DB> for Explained<S, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(self.how);
        self.statement.walk_ast(out)
    }
}

/// The plan of a page, a line each.
async fn explain(database: &Database, query: ListQuery) -> Vec<String> {
    let session = Session::from(database.clone());
    let mut connection = session.read().await.expect("a connection");
    let statement = books::table.select(books::id).filter(query.condition).order(query.order).limit(query.limit);
    let outcome = match connection.start_statement() {
        StatementConnection::Postgres(mut connection) => {
            let explained = Explained::<_, Text>::new("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ", statement);
            explained.load::<String>(&mut connection).await
        }
        StatementConnection::Sqlite(connection) => {
            let explained = Explained::<_, (Integer, Integer, Integer, Text)>::new("EXPLAIN QUERY PLAN ", statement);
            let steps = explained.load::<(i32, i32, i32, String)>(connection).await;
            steps.map(|steps| steps.into_iter().map(|(_, _, _, detail)| detail).collect())
        }
    };
    connection.finish_statement(Ok(outcome)).expect("a plan")
}

/// Fills the table. PostgreSQL gathers statistics by itself, SQLite only where it is asked to.
async fn fill(database: &Database, on_sqlite: &'static str) {
    for statement in [(ON_POSTGRES, ON_SQLITE), ("ANALYZE books", on_sqlite)] {
        let session = Session::from(database.clone());
        let filled = with_connection!(session.write().await.expect("a connection"), |connection, sql = (statement.0, statement.1)| {
            sql_query(sql).execute(connection).await
        });
        filled.expect("the statement is right");
    }
}

const ORDERS: [&str; 15] = [
    "",
    "title",
    "-title",
    "author",
    "-author",
    "isbn",
    "-isbn",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "-created_at,title",
    "author,-title",
    "created_at,author,title",
    "-author,-created_at,isbn",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_page_reads_few_more_rows_than_it_shows_wherever_it_is_on_postgres() {
    let own = postgres_database().await;
    fill(&own.database, "SELECT 1").await;
    for order in ORDERS {
        for side in [None, Some(Side::After), Some(Side::Before)] {
            let plan = explain(&own.database, page(order, side)).await;
            // The page has 50 and one more; of one author there are 40 books, of one second of cataloguing ten.
            let read: usize = plan
                .iter()
                .map(|line| rows(line, "actual rows=") + rows(line, "Rows Removed by Filter: "))
                .max()
                .expect("a plan");
            assert!(read <= 51 + 40, "{order} {side:?}: {plan:#?}");
            assert!(!plan.iter().any(|line| line.contains("Seq Scan")), "{order} {side:?}: {plan:#?}");
        }
    }
}

/// The number after a word of a plan's line.
fn rows(line: &str, word: &str) -> usize {
    let number = line.split(word).nth(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    number.map_or(0, |number| number.parse().expect("a number"))
}

#[rstest]
#[case::never_analysed("SELECT 1")]
#[case::analysed("ANALYZE")]
#[tokio::test(flavor = "multi_thread")]
async fn a_page_runs_through_an_index_wherever_it_is_on_sqlite(#[case] analyse: &'static str) {
    let own = sqlite_database().await;
    fill(&own.database, analyse).await;
    for order in ORDERS {
        for side in [None, Some(Side::After), Some(Side::Before)] {
            let plan = explain(&own.database, page(order, side)).await;
            let uses_index = plan.iter().any(|step| step.contains(" books USING ") && step.contains("INDEX"));
            let begins_in_it = side.is_none() || !plan.iter().any(|step| step.starts_with("SCAN"));
            assert!(uses_index && begins_in_it, "{order} {side:?}: {plan:#?}");
            // Only what is equal in the first field may be sorted, never the list.
            assert!(!plan.iter().any(|step| step == "USE TEMP B-TREE FOR ORDER BY"), "{order} {side:?}: {plan:#?}");
        }
    }
}
