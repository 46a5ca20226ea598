use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql_query, sql_types,
};
use library_e2e::Storage;
use tokio_postgres::NoTls;

/// How long a look into SQLite waits for whoever writes.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 10000";

/// A look into a database, past the service.
#[derive(Debug, Clone)]
pub enum Sql {
    /// PostgreSQL, at this URL.
    Postgres(String),
    /// SQLite, in this file.
    Sqlite(String),
}

/// A lock that keeps the service waiting until this is dropped.
pub enum Held {
    /// By a transaction on PostgreSQL.
    Postgres(tokio_postgres::Client),
    /// By a transaction on SQLite.
    Sqlite(Box<SqliteConnection>),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

impl Sql {
    /// Into the database of these.
    #[must_use]
    pub fn of(storage: &Storage) -> Self {
        Self::at(&storage.database_url())
    }

    /// Into the database at this `DATABASE_URL`.
    #[must_use]
    pub fn at(url: &str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => Self::Sqlite(path.to_owned()),
            None => Self::Postgres(url.to_owned()),
        }
    }

    /// The one number that a query answers with, as `number`, a `bigint`.
    pub async fn number(&self, query: &str) -> i64 {
        match self {
            Self::Sqlite(path) => {
                let numbers: Vec<Number> = on_sqlite(path, query, |query, connection| sql_query(query).load(connection)).await;
                numbers.first().expect("a row").number
            }
            Self::Postgres(url) => {
                connect(url).await.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error}")).get(0)
            }
        }
    }

    /// The texts that a query answers with, as `text`, in order.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let mut texts: Vec<String> = match self {
            Self::Sqlite(path) => {
                let texts: Vec<Text> = on_sqlite(path, query, |query, connection| sql_query(query).load(connection)).await;
                texts.into_iter().map(|row| row.text).collect()
            }
            Self::Postgres(url) => {
                let rows = connect(url).await.query(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error}"));
                rows.iter().map(|row| row.get(0)).collect()
            }
        };
        texts.sort_unstable();
        texts
    }

    /// Runs statements.
    pub async fn run(&self, statements: &str) {
        match self {
            Self::Sqlite(path) => open_sqlite(path).batch_execute(statements).expect("SQLite does so"),
            Self::Postgres(url) => connect(url).await.batch_execute(statements).await.expect("PostgreSQL does so"),
        }
    }

    /// Runs these statements in a transaction that stays open, with its locks: on SQLite, it is the one writer.
    pub async fn hold(&self, statements: &str) -> Held {
        match self {
            Self::Sqlite(path) => {
                let mut connection = open_sqlite(path);
                connection.batch_execute(&format!("BEGIN IMMEDIATE; {statements}")).expect("SQLite lets us write");
                Held::Sqlite(Box::new(connection))
            }
            Self::Postgres(url) => {
                let client = connect(url).await;
                client.batch_execute(&format!("BEGIN; {statements}")).await.expect("PostgreSQL lets us lock");
                Held::Postgres(client)
            }
        }
    }

    /// The database is whole, as far as it can tell itself, and every reference in it leads somewhere.
    pub async fn assert_sound(&self) {
        if matches!(self, Self::Sqlite(_)) {
            assert_eq!(self.texts("SELECT integrity_check AS text FROM pragma_integrity_check").await, ["ok"]);
            assert_eq!(self.number("SELECT count(*) AS number FROM pragma_foreign_key_check").await, 0);
        }
    }

    /// Not one row is there that breaks a rule of the library, or is half of something.
    pub async fn assert_invariants_hold(&self) {
        self.assert_sound().await;
        for (what, query) in BROKEN {
            assert_eq!(self.number(query).await, 0, "{what}");
        }
    }
}

/// What there must be none of.
const BROKEN: [(&str, &str); 7] = [
    (
        "books that are lent twice",
        "SELECT count(*) AS number FROM (SELECT book_id FROM loans WHERE returned_at IS NULL GROUP BY book_id HAVING count(*) > 1) AS lent",
    ),
    (
        "open loans of a book that does not exist",
        "SELECT count(*) AS number FROM loans WHERE returned_at IS NULL AND book_id NOT IN (SELECT id FROM books)",
    ),
    (
        "open loans to a member who does not exist",
        "SELECT count(*) AS number FROM loans WHERE returned_at IS NULL AND member_id NOT IN (SELECT id FROM members)",
    ),
    ("members without credentials", "SELECT count(*) AS number FROM members WHERE id NOT IN (SELECT member_id FROM credentials)"),
    (
        "sessions that go on and have not exactly one token that is good",
        "SELECT count(*) AS number FROM sessions WHERE revoked_at IS NULL AND 1 <> \
         (SELECT count(*) FROM refresh_tokens WHERE session_id = sessions.id AND refresh_tokens.revoked_at IS NULL)",
    ),
    (
        "tokens of a session that does not exist",
        "SELECT count(*) AS number FROM refresh_tokens WHERE session_id NOT IN (SELECT id FROM sessions)",
    ),
    ("loans that were returned before they were made", "SELECT count(*) AS number FROM loans WHERE returned_at < loaned_at"),
];

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL answers");
    // It ends with its client.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    client
}

fn open_sqlite(path: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    connection.batch_execute(SQLITE_SETTINGS).expect("SQLite takes a setting");
    connection
}

/// Asks on a thread where waiting for a lock keeps nobody else.
async fn on_sqlite<T: Send + 'static>(
    path: &str,
    query: &str,
    ask: impl FnOnce(&str, &mut SqliteConnection) -> diesel::QueryResult<Vec<T>> + Send + 'static,
) -> Vec<T> {
    let (path, query) = (path.to_owned(), query.to_owned());
    let asking = tokio::task::spawn_blocking(move || {
        ask(&query, &mut open_sqlite(&path)).unwrap_or_else(|error| panic!("{query}: {error}"))
    });
    asking.await.expect("it does not panic")
}
