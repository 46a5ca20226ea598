use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, SOME_TIME, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

const ISBN_RULE: &str = "must be an ISBN: ten characters, nine digits and a digit or X, or thirteen digits; \
                         hyphens and spaces may stand between them";

#[rstest]
#[tokio::test]
async fn a_book_is_added_and_shown(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let mut book = json!({"title": "Middlemarch", "author": "George Eliot", "isbn": "9780141439549", "description": "A study."});
    let added = server.post("/books", book.clone()).await;
    let body = added.json_of(201);
    for field in ["id", "created_at", "updated_at"] {
        book[field] = body[field].clone();
    }
    added.assert_is(201, &book);
    assert_eq!(body["created_at"], body["updated_at"]);
    assert_eq!(added.etag(), "\"1\"");
    let path = format!("/books/{}", body["id"].as_str().expect("an id"));
    assert_eq!(added.header("Location"), Some(path.as_str()));
    server.get(&path).await.assert_is(200, &book);
    server.get("/books").await.assert_is(200, &json!([book]));
}

#[rstest]
#[tokio::test]
async fn a_book_needs_no_description(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let without = json!({"title": "Emma", "author": "Jane Austen", "isbn": "9780141439587"});
    let with_null = json!({"title": "Emma", "author": "Jane Austen", "isbn": "9780141439594", "description": null});
    for book in [without, with_null] {
        assert_eq!(server.post("/books", book).await.json_of(201)["description"], "");
    }
}

#[rstest]
#[tokio::test]
async fn texts_are_trimmed_and_an_isbn_is_normalised(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let given = json!({"title": "  Heidi\n", "author": "\tJohanna Spyri ", "isbn": " 3-522-17750 x ", "description": " \u{a0} "});
    let added = server.post("/books", given).await;
    added.assert_is(
        201,
        &json!({
            "id": added.json()["id"],
            "title": "Heidi",
            "author": "Johanna Spyri",
            "isbn": "352217750X",
            "description": "",
            "created_at": SOME_TIME,
            "updated_at": SOME_TIME,
        }),
    );
}

#[rstest]
#[tokio::test]
async fn every_letter_of_the_world_comes_back_as_it_went_in(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = json!({
        "title": "百年の孤独 — Cien años de soledad 📚",
        "author": "Габриэль Гарсиа Маркес, ガルシア=マルケス",
        "isbn": "9780060883287",
        "description": "\"quoted\", <b>bold</b>, \\ back; e\u{301} ≠ é; \u{202e}right to left\u{202c}; %00 ' OR 1=1 --\nline two",
    });
    let added = server.post("/books", book.clone()).await.json_of(201);
    for (field, text) in book.as_object().expect("an object") {
        assert_eq!(&added[field], text, "{field}");
    }
    server.get(&format!("/books/{}", added["id"].as_str().expect("an id"))).await.assert_is(200, &added);
}

#[rstest]
#[tokio::test]
async fn a_second_book_of_one_isbn_is_refused_however_it_is_written(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = |isbn: &str| json!({"title": "Heidi", "author": "Johanna Spyri", "isbn": isbn});
    let first = server.post("/books", book("352217750X")).await.json_of(201);
    let duplicate = Problem::named(409, "duplicate-isbn", "Duplicate ISBN", "The catalogue already has a book of this ISBN.");
    for isbn in ["352217750X", "352217750x", "3-522-17750-X", " 3 522 17750 X"] {
        server.post("/books", book(isbn)).await.assert_problem(&duplicate);
    }
    server.get("/books").await.assert_is(200, &json!([first]));
}

#[rstest]
#[tokio::test]
async fn a_misprinted_isbn_is_taken(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = json!({"title": "Heidi", "author": "Johanna Spyri", "isbn": "9783522177500"});
    assert_eq!(server.post("/books", book).await.json_of(201)["isbn"], "9783522177500");
}

#[rstest]
#[tokio::test]
async fn a_book_that_cannot_be_accepted_is_refused_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let good = json!({"title": "Heidi", "author": "Johanna Spyri", "isbn": "9783522177504", "description": "An alp."});
    let cases = [
        ("title", Value::Null, "is required"),
        ("title", json!(""), "must not be empty"),
        ("title", json!(" \t\n\u{2003} "), "must not be empty"),
        ("title", json!("x".repeat(1_001)), "must have at most 1000 characters"),
        ("title", json!("Hei\u{0}di"), "must not contain the character U+0000"),
        ("title", json!(1), "must be a text"),
        ("title", json!(["Heidi"]), "must be a text"),
        ("author", Value::Null, "is required"),
        ("author", json!("  "), "must not be empty"),
        ("author", json!("x".repeat(1_001)), "must have at most 1000 characters"),
        ("author", json!("\u{0}"), "must not contain the character U+0000"),
        ("author", json!({}), "must be a text"),
        ("isbn", Value::Null, "is required"),
        ("isbn", json!(""), ISBN_RULE),
        ("isbn", json!("978352217750"), ISBN_RULE),
        ("isbn", json!("97835221775044"), ISBN_RULE),
        ("isbn", json!("X522177504"), ISBN_RULE),
        ("isbn", json!("978352217750X"), ISBN_RULE),
        ("isbn", json!("٩٧٨٣٥٢٢١٧٧٥٠٤"), ISBN_RULE),
        ("isbn", json!("978352217750\u{0}4"), "must not contain the character U+0000"),
        ("isbn", json!(9_783_522_177_504_u64), "must be a text"),
        ("description", json!("x".repeat(10_001)), "must have at most 10000 characters"),
        ("description", json!("a\u{0}b"), "must not contain the character U+0000"),
        ("description", json!(true), "must be a text"),
    ];
    for (field, value, rule) in cases {
        let mut book = good.clone();
        book[field] = value;
        server.post("/books", book).await.assert_problem(&Problem::of_fields(&[(field, rule)]));
    }
    server.get("/books").await.assert_is(200, &json!([]));
}

#[rstest]
#[tokio::test]
async fn every_field_that_is_wrong_is_named_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let all = [("title", "is required"), ("author", "is required"), ("isbn", "is required")];
    server.post("/books", json!({})).await.assert_problem(&Problem::of_fields(&all));
    let mixed = json!({"title": " ", "author": 7, "isbn": "none", "description": [], "shelf": "unknown"});
    let errors =
        [("title", "must not be empty"), ("author", "must be a text"), ("isbn", ISBN_RULE), ("description", "must be a text")];
    server.post("/books", mixed).await.assert_problem(&Problem::of_fields(&errors));
}

#[rstest]
#[tokio::test]
async fn the_longest_texts_are_taken(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = json!({
        "title": "é".repeat(1_000),
        "author": "é".repeat(1_000),
        "isbn": "9783522177504",
        "description": "é".repeat(10_000),
    });
    let added = server.post("/books", book.clone()).await.json_of(201);
    assert_eq!(
        (&added["title"], &added["author"], &added["description"]),
        (&book["title"], &book["author"], &book["description"])
    );
}
