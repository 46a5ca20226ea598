use crate::{
    books,
    command_line::Options,
    failure::{Outcome, While},
    library::{Database, Library, sql},
    load::Load,
};
use library_testkit::servers::{PostgresServer, RedisServer};
use std::{
    cell::OnceCell,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The route whose answer is a constant: the same middlewares, and nothing behind them.
const CHEAPEST: &str = "/health/live";

/// What PostgreSQL is told beyond what the test kit's servers are: a million books with their indexes stay in its memory.
const POSTGRES_SETTINGS: [&str; 3] = ["shared_buffers = '3GB'", "max_wal_size = '8GB'", "checkpoint_timeout = '1h'"];

/// An address where no Redis is. The cache cannot be switched off, but one that is away answers nothing, and the circuit breaker sees to it
/// that it is hardly ever asked.
pub const NO_CACHE: &str = "redis://127.0.0.1:1/0";

/// A cache in the server's own process.
pub const OWN_CACHE: &str = "memory://";

/// What the rows of one run share. Each thing is there from the first row on that asks for it.
pub struct Stage {
    /// How the run was asked for.
    pub options: Options,
    directory: TempDir,
    runtime: Runtime,
    postgres: OnceCell<PostgresServer>,
    redis: OnceCell<RedisServer>,
    on_postgres: OnceCell<Library>,
    on_sqlite: OnceCell<Library>,
}

impl Stage {
    /// A stage on which nothing stands yet.
    ///
    /// # Errors
    /// Where there is no place for it.
    pub fn new(options: Options) -> Outcome<Self> {
        Ok(Self {
            options,
            directory: TempDir::new().doing("making a directory")?,
            runtime: Runtime::new().doing("starting threads")?,
            postgres: OnceCell::new(),
            redis: OnceCell::new(),
            on_postgres: OnceCell::new(),
            on_sqlite: OnceCell::new(),
        })
    }

    /// The catalogue on PostgreSQL.
    ///
    /// # Errors
    /// Where it cannot be filled.
    pub fn on_postgres(&self) -> Outcome<&Library> {
        kept(&self.on_postgres, || self.fill_postgres(&self.books()?))
    }

    /// The catalogue in a SQLite file.
    ///
    /// # Errors
    /// Where it cannot be filled.
    pub fn on_sqlite(&self) -> Outcome<&Library> {
        kept(&self.on_sqlite, || {
            Library::fill(Database::Sqlite(self.directory.path().join("library.db")), &self.books()?, &self.runtime)
        })
    }

    /// So many generated books in a database of their own on PostgreSQL.
    ///
    /// # Errors
    /// Where it cannot be filled.
    pub fn generated_on_postgres(&self, count: u64) -> Outcome<Library> {
        self.fill_postgres(&self.generated(count)?)
    }

    /// So many generated books in a SQLite file of their own.
    ///
    /// # Errors
    /// Where it cannot be filled.
    pub fn generated_on_sqlite(&self, count: u64) -> Outcome<Library> {
        let file = self.directory.path().join(format!("library-{count}.db"));
        Library::fill(Database::Sqlite(file), &self.generated(count)?, &self.runtime)
    }

    /// An empty Redis.
    ///
    /// # Errors
    /// Never: where there is no Redis, starting it panics and says what to install.
    pub fn redis(&self) -> Outcome<&RedisServer> {
        kept(&self.redis, || Ok(self.runtime.block_on(RedisServer::start())))
    }

    /// Reads of these paths by as many connections as the run has.
    ///
    /// # Errors
    /// Where the paths cannot be written down for wrk.
    pub fn reads(&self, name: &str, paths: impl Iterator<Item = String>) -> Outcome<Load> {
        let file = self.lines(name, paths)?;
        Ok(Load::new("read.lua", self.options.connections, self.options.seconds).with("LOAD_PATHS", file.to_string_lossy()))
    }

    /// Reads of the cheapest route.
    ///
    /// # Errors
    /// As [`reads`](Self::reads) has.
    pub fn cheapest_reads(&self) -> Outcome<Load> {
        self.reads("cheapest", [CHEAPEST.to_owned()].into_iter())
    }

    /// A file of the members of a library, for wrk.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn members(&self, library: &Library) -> Outcome<String> {
        let lines = library.members.iter().map(|member| format!("{} {} {}", member.id, member.access_token, member.email));
        Ok(self.lines("members", lines)?.to_string_lossy().into_owned())
    }

    /// A file of these lines.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn lines(&self, name: &str, lines: impl Iterator<Item = String>) -> Outcome<PathBuf> {
        let file = self.directory.path().join(name);
        let text: String = lines.map(|line| line + "\n").collect();
        fs::write(&file, text).doing(file.display())?;
        Ok(file)
    }

    /// Where files may be put that go with the run.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn books(&self) -> Outcome<PathBuf> {
        self.options.books.clone().map_or_else(|| self.generated(self.options.generate), Ok)
    }

    fn generated(&self, count: u64) -> Outcome<PathBuf> {
        let file = self.directory.path().join(format!("{count}.csv"));
        if !file.exists() {
            books::generate(&file, count)?;
        }
        Ok(file)
    }

    fn fill_postgres(&self, books: &Path) -> Outcome<Library> {
        let server = kept(&self.postgres, || self.start_postgres())?;
        let url = self.runtime.block_on(server.database()).url().to_owned();
        Library::fill(Database::Postgres(url), books, &self.runtime)
    }

    fn start_postgres(&self) -> Outcome<PostgresServer> {
        let server = self.runtime.block_on(PostgresServer::start());
        for setting in POSTGRES_SETTINGS {
            sql(&server.url(), &format!("ALTER SYSTEM SET {setting}"))?;
        }
        self.runtime.block_on(server.restart());
        Ok(server)
    }
}

/// How the servers of a run are set up: what a reader of its figures has to know.
#[must_use]
pub fn settings(options: &Options) -> Vec<String> {
    let Options { rounds, seconds, connections, generate, .. } = options;
    let books =
        options.books.as_ref().map_or_else(|| format!("{generate} generated books"), |_| "the books of a file".to_owned());
    vec![
        format!(
            "{rounds} rounds of {seconds} s, ceiling and service in turn; {connections} connections in a closed loop; {books}."
        ),
        "Server, load and databases share the machine. The server is the release build with ENVIRONMENT=prod, LOG_LEVEL=INFO, \
         LOG_FORMAT=json (its log goes to /dev/null) and RATE_LIMIT=off."
            .to_owned(),
        format!(
            "PostgreSQL, for the service and for pgbench alike: fsync=off, full_page_writes=off, synchronous_commit=on, autovacuum=off, \
             jit=off, {}. SQLite: WAL, synchronous=full.",
            POSTGRES_SETTINGS.join(", ")
        ),
        format!("Where the cache is off, it is a Redis that is away ({NO_CACHE}): the server has no setting to do without."),
    ]
}

/// What is there, or is there from now on.
fn kept<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Outcome<T>) -> Outcome<&T> {
    match cell.get() {
        Some(there) => Ok(there),
        None => make().map(|new| cell.get_or_init(|| new)),
    }
}
