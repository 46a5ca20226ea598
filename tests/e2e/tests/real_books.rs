//! Two hundred real books go in through the API and come out equal (`tests/data/README.md` tells how dirty they are).

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server, link_to,
};
use rstest::rstest;
use serde_json::{Value, json};

const BOOKS: &str = include_str!("../../data/books.csv");

#[rstest]
#[tokio::test]
async fn real_books_come_out_as_they_went_in(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let given = books();
    assert_eq!(given.len(), 200);
    let mut expected = Vec::new();
    for book in &given {
        let added = server.post("/books", book.clone()).await.json_of(201);
        let mut with_the_rest = book.clone();
        for field in ["id", "created_at", "updated_at"] {
            with_the_rest[field] = added[field].clone();
        }
        assert_eq!(added, with_the_rest);
        expected.push(added);
    }
    for book in &expected {
        let path = format!("/books/{}", book["id"].as_str().expect("an id"));
        server.get(&path).await.assert_is(200, book);
    }
    expected.reverse();
    assert_eq!(paged(&server, 37).await, expected);
    assert_eq!(paged(&server, 200).await, expected);

    let duplicate = Problem::named(409, "duplicate-isbn", "Duplicate ISBN", "The catalogue already has a book of this ISBN.");
    for book in &given {
        server.post("/books", book.clone()).await.assert_problem(&duplicate);
    }
}

/// The file's rows as bodies to post.
fn books() -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(BOOKS.as_bytes());
    let rows = reader.deserialize::<(String, String, String, String, String, String)>();
    rows.map(|row| {
        let (isbn, title, authors, year, language, _) = row.expect("a row of six columns");
        json!({
            "title": title.trim(),
            "author": authors.trim(),
            // Spreadsheets take an ISBN for a number, whose leading zeros mean nothing.
            "isbn": format!("{isbn:0>10}"),
            "description": format!("{year} {language}").trim(),
        })
    })
    .collect()
}

/// Every book of the catalogue, by following the links.
async fn paged(server: &Server, limit: usize) -> Vec<Value> {
    let mut books = Vec::new();
    let mut next = Some(format!("/books?limit={limit}"));
    while let Some(path) = next {
        let page = server.get(&path).await;
        books.extend(page.json_of(200).as_array().expect("an array").clone());
        next = link_to(&page, "next");
    }
    books
}
