//! Two hundred real books (`tests/data/README.md` tells how dirty they are), and a few that are worse, go in through `import`.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, Finished, Server, Storage,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;
use tokio_postgres::NoTls;

const BOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/books.csv");

const ISBN_RULE: &str = "must be an ISBN: ten characters, nine digits and a digit or X, or thirteen digits; \
                         hyphens and spaces may stand between them";

/// The line, the reason, the ISBN and the title of a row that was refused.
type Refused = (u64, String, String, String);

async fn import(storage: &Storage, arguments: &[&str]) -> Finished {
    let command = Command::new(["import"].into_iter().chain(arguments.iter().copied()));
    command.with("DATABASE_URL", storage.database_url()).run().await
}

/// Imports the real books, whose authors stand in a column of another name.
async fn import_books(storage: &Storage, report: &Path, arguments: &[&str]) -> Finished {
    let usual = [BOOKS, "--author-column", "authors", "--report", text(report)];
    import(storage, &[&usual, arguments].concat()).await
}

#[track_caller]
fn assert_done(finished: &Finished, added: usize, duplicate: usize, refused: usize, report: &Path) {
    let counts = format!("{added} added, {duplicate} duplicate, {refused} refused");
    let summary = format!("{counts}; {} has every row that was not added", report.display());
    let said = (finished.code, finished.stdout.as_str(), finished.stderr.as_str());
    // What is no terminal sees no progress bar.
    assert_eq!(said, (Some(0), summary.as_str(), ""));
}

fn refused(report: &Path) -> Vec<Refused> {
    let mut reader = csv::Reader::from_path(report).expect("there is a report");
    assert_eq!(reader.headers().expect("a header"), vec!["line", "reason", "isbn", "title"]);
    reader.deserialize().map(|row| row.expect("a row of the report")).collect()
}

/// The lines, the ISBNs and the titles of the real books.
fn books() -> Vec<(u64, String, String)> {
    let mut reader = csv::Reader::from_path(BOOKS).expect("the books are there");
    let rows = reader.deserialize::<(String, String, String, String, String, String)>();
    (2..).zip(rows).map(|(line, row)| row.map(|row| (line, row.0, row.1)).expect("a row of six columns")).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of the tests is a text")
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory can be made")
}

async fn found(server: &Server, parameters: &[(&str, &str)]) -> Value {
    server.send(server.request("GET", "/books").query(parameters)).await.json_of(200)
}

#[rstest]
#[tokio::test]
async fn real_books_are_added_once_and_found_and_every_other_row_is_named(#[values(Sqlite, Postgres)] backend: Backend) {
    let (storage, directory) = (Storage::unmigrated(backend).await, directory());
    let report = directory.path().join("refused.csv");

    // Spreadsheets have taken most of these ISBNs for numbers, whose leading zeros mean nothing.
    let unpadded = import_books(&storage, &report, &[]).await;
    assert_done(&unpadded, 42, 0, 158, &report);
    let short = books().into_iter().filter(|(_, isbn, _)| isbn.len() < 10);
    let expected: Vec<Refused> = short.map(|(line, isbn, title)| (line, format!("isbn: {ISBN_RULE}"), isbn, title)).collect();
    assert_eq!(refused(&report), expected);

    let padded = import_books(&storage, &report, &["--pad-isbn"]).await;
    assert_done(&padded, 158, 42, 0, &report);
    let again = import_books(&storage, &report, &["--pad-isbn"]).await;
    assert_done(&again, 0, 200, 0, &report);

    let server = Server::on(&storage).start().await;
    let mut expected: Vec<Refused> = Vec::new();
    for (line, isbn, title) in books() {
        let padded = format!("{isbn:0>10}");
        let book = found(&server, &[("isbn", padded.as_str())]).await;
        assert_eq!((&book[0]["isbn"], &book[0]["title"]), (&json!(padded), &json!(title.trim())));
        assert_eq!(found(&server, &[("q", title.as_str()), ("isbn", padded.as_str())]).await, book, "{title}");
        let id = book[0]["id"].as_str().expect("an id");
        expected.push((line, format!("duplicate of the book {id}"), isbn, title));
    }
    assert_eq!(refused(&report), expected);
}

#[rstest]
#[tokio::test]
async fn a_row_that_cannot_be_read_is_refused_and_is_not_the_end(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("\n", "\r\n")] line_end: &str,
) {
    let (storage, directory) = (Storage::unmigrated(backend).await, directory());
    let file = directory.path().join("odd.csv");
    let rows: [&[u8]; 10] = [
        b"\xEF\xBB\xBFisbn,title,author,description",
        b"9780141439587,Emma,Jane Austen,A match.",
        b"9780141439594,\xC9mile,Rousseau,",
        b"9780141439600,Too few,Somebody",
        b"9780141439617,Too,many,cells,here",
        b"",
        b"9780141439624,\"Two\nlines, \"\"quoted\"\"\",Somebody,",
        b"0,  ,,",
        b"9780141439631,\xE2\x80\x9CPersuasion\xE2\x80\x9D,Jane Austen,A letter.",
        b"978-0-14-143958-7,Emma again,Jane Austen,",
    ];
    fs::write(&file, rows.join(line_end.as_bytes())).expect("a file can be written");
    let server = Server::on(&storage).start().await;

    let finished = import(&storage, &[text(&file), "--pad-isbn"]).await;

    let report = directory.path().join("odd.report.csv");
    assert_done(&finished, 3, 1, 4, &report);
    let emma = found(&server, &[("q", "emma")]).await;
    assert_eq!((&emma[0]["description"], &emma[1]), (&json!("A match."), &Value::Null));
    assert_eq!(found(&server, &[("q", "two lines quoted")]).await[0]["title"], "Two\nlines, \"quoted\"");
    assert_eq!(found(&server, &[("q", "persuasion")]).await[0]["title"], "“Persuasion”");
    let row = |line, reason: &str, isbn: &str, title: &str| (line, reason.to_owned(), isbn.to_owned(), title.to_owned());
    let worst = format!("isbn: {ISBN_RULE}; title: is missing; author: is missing");
    let duplicate = format!("duplicate of the book {}", emma[0]["id"].as_str().expect("an id"));
    assert_eq!(
        refused(&report),
        [
            row(3, "is not UTF-8", "9780141439594", "\u{FFFD}mile"),
            row(4, "has 3 columns instead of 4", "9780141439600", "Too few"),
            row(5, "has 5 columns instead of 4", "9780141439617", "Too"),
            row(9, &worst, "0", "  "),
            row(11, &duplicate, "978-0-14-143958-7", "Emma again"),
        ]
    );
}

#[tokio::test]
async fn columns_are_found_by_the_names_that_are_given() {
    let (storage, directory) = (Storage::unmigrated(Sqlite).await, directory());
    let file = directory.path().join("bücher.csv");
    fs::write(&file, "Título,description,Wer,Nummer,Worum\nMomo,x,Michael Ende,3522177509,Zeit.\n")
        .expect("a file can be written");
    let names = ["--title-column", "Título", "--author-column", "Wer", "--isbn-column", "Nummer"];
    let with = |rest: &[&'static str]| [&[text(&file)], &names[..], rest].concat();
    let server = Server::on(&storage).start().await;
    let report = directory.path().join("bücher.report.csv");
    for (description, expected) in
        [(&["--description-column", "Worum"][..], "Zeit."), (&["--description-column", "-"], ""), (&[], "x")]
    {
        assert_done(&import(&storage, &with(description)).await, 1, 0, 0, &report);
        let momo = found(&server, &[("isbn", "3522177509")]).await;
        assert_eq!((&momo[0]["title"], &momo[0]["description"]), (&json!("Momo"), &json!(expected)));
        server.delete(&format!("/books/{}", momo[0]["id"].as_str().expect("an id"))).await.assert_is_empty(204);
    }
}

#[tokio::test]
async fn a_command_line_that_does_not_fit_the_file_changes_nothing() {
    let (storage, directory) = (Storage::unmigrated(Sqlite).await, directory());
    let (report, empty) = (directory.path().join("report.csv"), directory.path().join("empty.csv"));
    fs::write(&empty, "").expect("a file can be written");
    let columns = "`isbn`, `title`, `authors`, `original_publication_year`, `language_code`, `books_count`";
    let cases = [
        (vec![BOOKS], format!("{BOOKS} has no column `author`; it has {columns}")),
        (
            vec![BOOKS, "--author-column", "authors", "--description-column", "about"],
            format!("{BOOKS} has no column `about`; it has {columns}"),
        ),
        (vec![text(&empty)], format!("{} has no column `title`; it has none", empty.display())),
        (vec![BOOKS, "--author-column", "authors", "--report", BOOKS], format!("the report would overwrite {BOOKS}")),
    ];
    for (mut arguments, expected) in cases {
        if !arguments.contains(&"--report") {
            arguments.extend(["--report", text(&report)]);
        }
        let finished = import(&storage, &arguments).await;
        let said = (finished.code, finished.stdout.as_str(), finished.stderr);
        assert_eq!(said, (Some(2), "", format!("library-server: {expected}")));
    }
    assert!(!report.exists(), "nothing was begun");
    assert_eq!(books().len(), 200);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_or_written_is_named() {
    let (storage, directory) = (Storage::unmigrated(Sqlite).await, directory());
    let (missing, nowhere) = (directory.path().join("missing.csv"), directory.path().join("no/report.csv"));
    let unread = import(&storage, &[text(&missing)]).await;
    let expected = format!("library-server: the file {} cannot be read: ", missing.display());
    assert!(unread.code == Some(1) && unread.stderr.starts_with(&expected), "{unread:?}");
    let unwritten = import_books(&storage, &nowhere, &[]).await;
    let expected = format!("library-server: the file {} cannot be written: ", nowhere.display());
    assert!(unwritten.code == Some(1) && unwritten.stderr.starts_with(&expected), "{unwritten:?}");
}

#[tokio::test]
async fn what_was_added_before_the_database_failed_stays_and_the_same_command_adds_the_rest() {
    let (storage, directory) = (Storage::new(Postgres).await, directory());
    let report = directory.path().join("refused.csv");
    let (client, connection) = tokio_postgres::connect(&storage.database_url(), NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    let (_, isbn, _) = &books()[150];
    let broken = format!("ALTER TABLE books ADD CONSTRAINT broken CHECK (isbn <> '{isbn:0>10}')");
    client.batch_execute(&broken).await.expect("a rule that the program does not know");

    let stopped = import_books(&storage, &report, &["--pad-isbn"]).await;
    let summary = format!("100 added, 0 duplicate, 0 refused; {} has every row that was not added", report.display());
    assert_eq!((stopped.code, stopped.stdout), (Some(1), summary));
    let reason = "library-server: not every row was seen to; run the same command again: database failed: ";
    assert!(stopped.stderr.starts_with(reason), "{}", stopped.stderr);
    assert_eq!(refused(&report), []);

    client.batch_execute("ALTER TABLE books DROP CONSTRAINT broken").await.expect("all is well again");
    assert_done(&import_books(&storage, &report, &["--pad-isbn"]).await, 100, 100, 0, &report);
}

#[rstest]
#[tokio::test]
async fn a_quote_that_is_left_open_ends_the_import_and_what_was_added_before_stays(#[values(Sqlite, Postgres)] backend: Backend) {
    let (storage, directory) = (Storage::new(backend).await, directory());
    let (file, report) = (directory.path().join("books.csv"), directory.path().join("report.csv"));
    let before = (0..2_000).fold(String::new(), |rows, number| rows + &format!("Emma,Jane Austen,978{number:010}\n"));
    let after = "x,y,1234567890\n".repeat(100_000);
    fs::write(&file, format!("title,author,isbn\n{before}\"Left open,z,1\n{after}")).expect("a file");
    let finished = import(&storage, &[text(&file), "--report", text(&report)]).await;
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let told = "the quote that begins in line 2002 is not closed within 1048576 bytes";
    assert!(finished.stderr.contains(told), "{finished:?}");
    assert!(finished.stdout.starts_with("2000 added, 0 duplicate, 0 refused"), "{finished:?}");
}
