use crate::{
    client::Client,
    command::output_of,
    failure::{Failure, Outcome, While},
    service::{self, Service, ServiceSettings},
};
use library_testkit::servers::{ReceivedMail, SmtpServer};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};
use tokio::runtime::Runtime;

/// The password of every member.
pub const PASSWORD: &str = "correct horse battery";

/// As many as there are connections at most, so that each can have one of its own.
const MEMBERS: usize = 64;

/// How many ids are kept for reads: as many as there are books in the smaller of two catalogues that are compared.
const SAMPLE: usize = 10_000;

/// How many books are on a page that is walked, and on one that is measured.
const LONG_PAGE: usize = 200;
const PAGE: usize = 50;

const ANALYZE_INTERVAL: Duration = Duration::from_secs(1);
const MAIL_LIMIT: Duration = Duration::from_mins(2);

/// A database with books and members in it.
pub struct Library {
    database: Database,
    /// The ids of books, in no order.
    pub ids: Vec<String>,
    /// Who is registered, verified and logged in.
    pub members: Vec<Member>,
    /// The path of a page of 50 that begins in the middle.
    pub middle_page: String,
}

/// Where a library is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// At this URL.
    Postgres(String),
    /// In this file.
    Sqlite(PathBuf),
}

/// A member.
pub struct Member {
    /// The id.
    pub id: String,
    /// A token that is good for the whole run.
    pub access_token: String,
    /// The address.
    pub email: String,
}

impl Database {
    /// As a server is told.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Postgres(url) => url.clone(),
            Self::Sqlite(file) => format!("sqlite://{}", file.display()),
        }
    }
}

impl Library {
    /// Fills a new database: the books of the file through `library-server import`, the members through the API and their mails.
    ///
    /// # Errors
    /// Where one of the steps fails.
    pub fn fill(database: Database, books: &Path, runtime: &Runtime) -> Outcome<Self> {
        import(&database, books)?;
        let mail = SmtpServer::start();
        let settings = ServiceSettings::new(&database.url(), "memory://").with("SMTP_PORT", mail.port().to_string());
        let service = Service::start(&settings)?;
        let members = register(&service.client(), || runtime.block_on(mail.wait_for_mails(MEMBERS, MAIL_LIMIT)))?;
        let (ids, middle_page) = walk(&service.client())?;
        service.end()?;
        if let Database::Postgres(url) = &database {
            // Nobody else does: the servers of the tests have no autovacuum, which would disturb the rounds.
            sql(url, "VACUUM (ANALYZE)")?;
        }
        Ok(Self { database, ids, members, middle_page })
    }

    /// What a server on it is started with.
    #[must_use]
    pub fn service(&self, cache_url: &str) -> ServiceSettings {
        ServiceSettings::new(&self.database.url(), cache_url)
    }

    /// Where it is kept.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The paths of its books.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.ids.iter().map(|id| format!("/books/{id}"))
    }
}

/// Runs statements on a PostgreSQL server.
///
/// # Errors
/// Where one fails.
pub fn sql(url: &str, statements: &str) -> Outcome<String> {
    output_of(Command::new("psql").args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", statements, url]))
}

/// Imports the books. PostgreSQL is told meanwhile how large its tables have become, as it would find out by itself if the servers of the
/// tests had an autovacuum: it would go on to look for ISBNs as in a table that is empty.
fn import(database: &Database, books: &Path) -> Outcome<()> {
    let mut command = Command::new(service::program()?);
    command.arg("import").arg(books).args(["--author-column", "authors", "--pad-isbn", "--report", "/dev/null"]);
    command.env_clear().env("DATABASE_URL", database.url()).stdout(Stdio::null());
    let mut process = command.spawn().doing("importing books")?;
    loop {
        match process.try_wait().doing("importing books")? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(Failure(format!("importing books ended with {status}"))),
            None => thread::sleep(ANALYZE_INTERVAL),
        }
        if let Database::Postgres(url) = database {
            sql(url, "ANALYZE")?;
        }
    }
}

fn register(client: &Client, mails: impl FnOnce() -> Vec<ReceivedMail>) -> Outcome<Vec<Member>> {
    let emails: Vec<_> = (0..MEMBERS).map(|number| format!("member{number}@example.com")).collect();
    for email in &emails {
        client.post("/members", &json!({"name": "A member", "email": email, "password": PASSWORD}))?;
    }
    let mails = mails();
    let verified = mails.iter().map(|mail| {
        let text = mail.text();
        let token = text.split_once("token=").and_then(|(_, rest)| rest.split_whitespace().next()).doing("reading a mail")?;
        let member = client.post("/members/verify", &json!({"token": token}))?;
        let email = member.text("email")?;
        let tokens = client.post("/auth/login", &json!({"email": email, "password": PASSWORD}))?;
        Ok(Member { id: member.text("id")?, access_token: tokens.text("access_token")?, email })
    });
    verified.collect()
}

/// Walks through the catalogue: ids from all over it, and the page of 50 that begins in its middle.
fn walk(client: &Client) -> Outcome<(Vec<String>, String)> {
    let (mut ids, mut middle, mut path) = (Vec::new(), Vec::new(), Some(format!("/books?limit={LONG_PAGE}")));
    while let Some(current) = path {
        let page = client.get(&current)?;
        let books = page.body.as_array().doing("reading a page")?;
        ids.extend(books.iter().filter_map(|book| book["id"].as_str().map(str::to_owned)));
        middle.push(current);
        path = page.next;
    }
    let middle = middle.get(middle.len() / 2).doing("looking for the page in the middle")?;
    if ids.len() < PAGE {
        return Err(Failure(format!("{} books are too few", ids.len())));
    }
    let middle_page = middle.replace(&format!("limit={LONG_PAGE}"), &format!("limit={PAGE}"));
    Ok((spread_out(&ids), middle_page))
}

/// At most [`SAMPLE`] of them, from all over, and neighbours far apart.
fn spread_out(ids: &[String]) -> Vec<String> {
    // A prime that divides no catalogue of a round number of books, so that every place is come by once.
    const STRIDE: usize = 7_919;
    let step = if ids.len().is_multiple_of(STRIDE) { 1 } else { STRIDE };
    (0..ids.len().min(SAMPLE)).map(|place| ids[place * step * ids.len().div_ceil(SAMPLE) % ids.len()].clone()).collect()
}
